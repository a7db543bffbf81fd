// The directory while its results change in place: what the reader had opened stays open, a choice
// keeps the focus, the number of results is told when the typing pauses, and names are offered
// below the box. Without JavaScript the form is sent by its button.

const narrow = document.querySelector("#narrow");
const wide = matchMedia("(min-width: 60rem)");

/** Beside the results on a wide screen the filters are always open. */
function fit() {
  if (narrow && wide.matches) narrow.open = true;
}

let scrolled = 0; // how far the list of provinces was, before it is put in anew

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  for (const filter of target.querySelectorAll("details[id]")) {
    const next = fragment.querySelector(`#${CSS.escape(filter.id)}`);
    if (next) next.open = filter.open;
  }
  scrolled = document.querySelector("#provinces-list")?.scrollTop ?? scrolled;
});

document.addEventListener("htmx:oobAfterSwap", () => {
  const list = document.querySelector("#provinces-list");
  if (list) list.scrollTop = scrolled;
});

/** A province that is chosen already is in sight when the page opens. */
function startList() {
  const list = document.querySelector("#provinces-list");
  const chosen = list?.querySelector("input:checked")?.closest("label");
  if (chosen) list.scrollTop += chosen.getBoundingClientRect().top - list.getBoundingClientRect().top - 8;
}

/** Tell how many there are once nothing has changed for a second: not at every letter. */
const told = document.querySelector("#found");
let pause;
document.addEventListener("htmx:afterSettle", () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    const words = document.querySelector("#results")?.dataset.found ?? "";
    if (told.textContent !== words) told.textContent = words;
  }, 1000);
});

/** The map follows the list beside it: ticked, in the focus, under the pointer. */
function follow(box) {
  document.querySelector(`.tile[for="${box.id}"]`)?.classList.toggle("tile--chosen", box.checked);
}

document.addEventListener("change", (event) => {
  if (event.target.name === "province") follow(event.target);
});

for (const [type, on] of [["focusin", true], ["focusout", false], ["pointerover", true], ["pointerout", false]]) {
  document.addEventListener(type, (event) => {
    const box = event.target.closest?.(".provinces__list label")?.control;
    if (box) document.querySelector(`.tile[for="${box.id}"]`)?.classList.toggle("tile--here", on);
  });
}

// Suggestions: a combobox with a listbox (ARIA Authoring Practices). The box keeps the focus.

const box = document.querySelector("#q[data-suggest]");
const list = document.querySelector("#suggestions");

function options() {
  return [...list.children];
}

function pick(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    box.removeAttribute("aria-activedescendant");
  }
}

function picked() {
  return options().find((each) => each.getAttribute("aria-selected") === "true");
}

function show(open) {
  list.hidden = !open || list.children.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  if (list.hidden) pick(null);
}

/** Take a suggestion: tick the box of a filter, or look for the words. */
function take(option) {
  const { text, href } = option.dataset;
  const filter = option.dataset.box && document.getElementById(option.dataset.box);
  asked?.abort();
  show(false);
  if (option.dataset.box && !filter) {
    location.assign(href);
    return;
  }
  box.value = filter ? "" : text;
  if (filter) {
    filter.checked = true;
    follow(filter);
  }
  box.form.requestSubmit();
}

let asked; // the question on its way
let typing;

async function suggest() {
  asked?.abort();
  asked = new AbortController();
  try {
    const words = new URLSearchParams(new FormData(box.form));
    const answer = await fetch(`${box.dataset.suggest}?${words}`, { signal: asked.signal });
    if (!answer.ok) return;
    list.innerHTML = await answer.text();
    show(document.activeElement === box);
  } catch (error) {
    if (error.name !== "AbortError") show(false);
  }
}

function startSuggesting() {
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  show(false);
  box.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(suggest, 150);
  });
  box.addEventListener("keydown", (event) => {
    const every = options();
    const at = every.indexOf(picked());
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // it would empty the box
      show(false);
    } else if (event.key === "Enter") {
      clearTimeout(typing);
      asked?.abort();
      if (!list.hidden && picked()) {
        event.preventDefault();
        take(picked());
      } else show(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && every.length) {
      event.preventDefault();
      show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      pick(every[at < 0 && step < 0 ? every.length - 1 : at + step] ?? null);
    }
  });
  box.addEventListener("blur", () => show(false));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

if (box && list) startSuggesting();
wide.addEventListener("change", fit);
fit();
startList();
