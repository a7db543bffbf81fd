// What pages gain from JavaScript. Each page works without it, so everything here only adds.

/** Lead the reader to what is wrong, after a page or a part of one has arrived. */
function focusSummary(root) {
  const summary = root.matches?.("[data-focus]") ? root : root.querySelector("[data-focus]");
  summary?.focus();
}

/** Say how many characters are left; to screen readers only when the typing pauses. */
function startCounters(root) {
  for (const area of root.querySelectorAll("textarea[data-most]")) {
    const shown = document.getElementById(`${area.id}-count`);
    const heard = document.querySelector(`[data-says="${area.id}"]`);
    if (!shown || area.dataset.counted) continue;
    area.dataset.counted = "yes";
    const number = new Intl.NumberFormat(document.documentElement.lang);
    let pause;
    const count = () => {
      const typed = [...area.value.replaceAll("\r\n", "\n")].length;
      const left = Number(area.dataset.most) - typed;
      const words = left < 0 ? area.dataset.over : area.dataset.left;
      shown.textContent = words.replace("{n}", number.format(Math.abs(left)));
      shown.classList.toggle("field__count--over", left < 0);
      clearTimeout(pause);
      pause = setTimeout(() => {
        if (heard && document.activeElement === area) heard.textContent = shown.textContent;
      }, 1000);
    };
    area.addEventListener("input", count);
    count();
  }
}

/** Buttons that copy stay hidden where they could not work. */
function startCopying(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const words = button.querySelector("span") ?? button;
  const before = words.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  words.textContent = button.dataset.copied;
  words.setAttribute("aria-live", "polite");
  setTimeout(() => (words.textContent = before), 2000);
}

/** A second press while the first is on its way changes nothing; the button itself stays usable,
 *  so that its name and value are sent and a page from the back/forward cache works again. */
function refuseSecondPress(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 8000);
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

/** An open menu closes with Escape or a press elsewhere. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

function start(root) {
  startCounters(root);
  startCopying(root);
  focusSummary(root);
}

document.addEventListener("submit", refuseSecondPress);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button);
  closeMenus(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
document.addEventListener("htmx:afterSwap", (event) => start(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-sent]");
  if (form) release(form);
});

start(document);
