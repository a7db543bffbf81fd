// A list is answered part by part, so that one sees it grow and can stop it. Without JavaScript the
// same form brings all answers at once. Nothing is worked out here: every word comes from the server.

const PAUSE = 5; // seconds to wait when the server asks for a pause and does not say how long
const MOST_SHOWN = 200; // rows of each answer
const LONGEST = 501; // characters of a cell that are sent; more is no account
const MOST_AT_ONCE = 200_000; // characters of a part

/** Send a list and show the page that answers, in place of this one. */
async function send(form, submitter) {
  const data = new FormData(form, submitter);
  data.set("parts", "yes");
  const busy = form.querySelector("[data-busy]");
  if (busy) busy.hidden = false;
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: data });
  } catch {
    if (busy) busy.hidden = true;
    release(form);
    form.dataset.plain = "yes"; // the browser says best what is the matter
    form.requestSubmit(submitter);
    return;
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.ok);
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

function show(arrived, good) {
  if (good) {
    if (history.state !== "answers") {
      history.replaceState("before", "");
      history.pushState("answers", "");
    }
    scrollTo(0, 0);
  }
  document.title = arrived.title;
  document.body.className = arrived.body.className;
  document.querySelector("main").replaceWith(document.adoptNode(arrived.querySelector("main")));
  const first = ["[data-focus]", "[data-heading]", "main"].map((one) => document.querySelector(one));
  first.find(Boolean).focus();
  const progress = document.querySelector("[data-progress]");
  if (progress) new Progress(progress).run();
}

/** The lines that are still to be answered, and what has come so far. */
class Progress {
  constructor(root) {
    this.root = root;
    this.bar = root.querySelector("progress");
    this.status = root.querySelector("[data-status]");
    this.stopping = root.querySelector("[data-stop]");
    this.going = root.querySelector("[data-go-on]");
    this.number = new Intl.NumberFormat(document.documentElement.lang);
    const column = Number(root.dataset.column);
    const header = Number(root.dataset.header);
    this.cells = document
      .getElementById(root.dataset.rows)
      .value.split("\n")
      .map((row, place) => (place === header ? "" : (row.split("\t")[column] ?? "").slice(0, LONGEST)));
    this.next = 0;
    this.totals = {};
    this.stopping.addEventListener("click", () => this.stop());
    this.going.addEventListener("click", () => this.run());
  }

  async run() {
    this.controller = new AbortController();
    this.turn(true);
    this.say("");
    this.count();
    try {
      while (this.next < this.cells.length) {
        const part = this.part();
        if (part.some((cell) => cell.trim()) && !(await this.ask(part))) continue;
        this.next += part.length;
        this.count();
      }
      this.end("done");
    } catch (trouble) {
      this.end(trouble.name === "AbortError" ? "stopped" : "failed");
    }
  }

  /** The cells to ask for next. */
  part() {
    const part = this.cells.slice(this.next, this.next + Number(this.root.dataset.part));
    let size = 0;
    const end = part.findIndex((cell) => (size += cell.length) > MOST_AT_ONCE);
    return end > 0 ? part.slice(0, end) : part;
  }

  /** One part; false when it has to be asked for again. */
  async ask(part) {
    const data = new FormData();
    data.set("first", this.next);
    data.set("lines", part.join("\n"));
    data.set("full", Object.keys(this.totals).filter((name) => this.shown(name) >= MOST_SHOWN).join(" "));
    const signal = this.controller.signal;
    const answer = await fetch(this.root.dataset.partAction, { method: "POST", body: data, signal });
    if (answer.status === 429) {
      await this.pause(Number(answer.headers.get("Retry-After")) || PAUSE);
      return false;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    this.take(await answer.text());
    return true;
  }

  pause(seconds) {
    this.say(this.status.dataset.wait.replace("{n}", this.number.format(seconds)));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.say("");
        resolve();
      }, seconds * 1000);
      this.controller.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(this.controller.signal.reason);
      });
    });
  }

  /** Put the rows of a part where they belong. */
  take(html) {
    const arrived = document.createElement("template");
    arrived.innerHTML = `<table>${html}</table>`;
    for (const body of arrived.content.querySelectorAll("tbody[data-verdict]")) {
      const { verdict, total } = body.dataset;
      this.totals[verdict] = (this.totals[verdict] ?? 0) + Number(total);
      const group = document.querySelector(`[data-group="${verdict}"]`);
      const room = MOST_SHOWN - this.shown(verdict);
      group.querySelector("tbody").append(...[...body.rows].slice(0, room));
      group.querySelector("[data-more]").hidden = this.totals[verdict] <= this.shown(verdict);
      for (const place of [group, document.querySelector(`[data-tally="${verdict}"]`)]) {
        place.hidden = false;
        place.querySelector("[data-count]").textContent = this.number.format(this.totals[verdict]);
      }
    }
  }

  shown(verdict) {
    return document.querySelector(`[data-group="${verdict}"] tbody`).rows.length;
  }

  count() {
    const done = Object.values(this.totals).reduce((sum, one) => sum + one, 0);
    this.bar.value = done;
    const words = this.root.querySelector("[data-words]");
    words.textContent = words.dataset.words.replace("{n}", this.number.format(done));
  }

  say(text) {
    this.status.textContent = text;
  }

  turn(running) {
    this.stopping.hidden = !running;
    this.going.hidden = running;
  }

  stop() {
    this.controller.abort();
  }

  end(how) {
    const had = document.activeElement === this.stopping;
    this.turn(false);
    this.going.hidden = how === "done";
    this.root.querySelector("[data-words]").hidden = how === "done";
    this.say(this.status.dataset[how]);
    if (had) (how === "done" ? document.querySelector("[data-heading]") : this.going).focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-many]")) return;
  if (event.submitter?.matches("[data-download]")) {
    setTimeout(() => release(form), 1000); // the page stays: another kind may be wanted next
  } else if (!form.dataset.plain && !event.defaultPrevented) {
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    send(form, event.submitter);
  }
});
addEventListener("popstate", (event) => {
  if (event.state === "before") location.reload();
});
