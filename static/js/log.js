// Works out in the reader's own browser what the page of an entry shows: fetches the checkpoint, the
// entry and the hashes from the log's own files, combines them up to the root, and compares. Nothing
// that the portal worked out is used on the way. The formats: c2sp.org/tlog-tiles, RFC 6962.

const WIDTH = 256; // hashes in a tile, and entries in a bundle
const HASH = 32; // bytes
const PACE = 900; // milliseconds for a step that is watched
const TRIES = 4;

/** A file of the log did not arrive, or is not what it should be. */
class Trouble extends Error {}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);

async function sha256(...parts) {
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}
const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** The largest power of two below `n`: where a tree of `n` leaves is split. */
function half(n) {
  let found = 1;
  while (found * 2 < n) found *= 2;
  return found;
}

/** The files of a log as a tree of `size` entries has them; each is fetched once. */
class Files {
  constructor(address) {
    this.address = address;
    this.size = 0;
    this.held = new Map();
  }

  async get(path) {
    let answer;
    try {
      answer = await fetch(`${this.address}/${path}`, { cache: "no-store", credentials: "omit" });
    } catch (away) {
      throw new Trouble(path, { cause: away });
    }
    if (!answer.ok) throw new Trouble(`${path}: ${answer.status}`);
    return answer;
  }

  /** The bytes of a tile of hashes, or of a bundle where `level` is "entries". */
  tile(level, number) {
    const below = level === "entries" ? 1 : WIDTH ** level;
    const wide = Math.min(WIDTH, Math.floor(this.size / below) - number * WIDTH);
    const digits = String(number).padStart(Math.ceil(String(number).length / 3) * 3, "0");
    const groups = digits.match(/\d{3}/g);
    const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
    const path = `tile/${level}/${name}${wide < WIDTH ? `.p/${wide}` : ""}`;
    if (!this.held.has(path)) {
      const coming = this.get(path).then(async (answer) => new Uint8Array(await answer.arrayBuffer()));
      this.held.set(path, coming);
    }
    return this.held.get(path);
  }

  /** The text of the entry at `index`. */
  async entry(index) {
    const data = await this.tile("entries", Math.floor(index / WIDTH));
    let at = 0;
    for (let left = index % WIDTH; left > 0; left -= 1) at += 2 + data[at] * 256 + data[at + 1];
    const end = at + 2 + data[at] * 256 + data[at + 1];
    if (!(end <= data.length)) throw new Trouble("a bundle ends too early");
    return data.slice(at + 2, end);
  }

  /** The hash over `count` entries from `first`, where `count` is a power of two. */
  async complete(first, count) {
    let level = 0;
    while (WIDTH ** (level + 1) <= count) level += 1;
    const place = first / WIDTH ** level;
    const tile = await this.tile(level, Math.floor(place / WIDTH));
    const start = (place % WIDTH) * HASH;
    let row = [];
    for (let n = 0; n < count / WIDTH ** level; n += 1) {
      row.push(tile.slice(start + n * HASH, start + (n + 1) * HASH));
    }
    if (row.at(-1).length !== HASH) throw new Trouble("a tile ends too early");
    while (row.length > 1) {
      const above = [];
      for (let n = 0; n < row.length; n += 2) above.push(await nodeHash(row[n], row[n + 1]));
      row = above;
    }
    return row[0];
  }

  /** The hash over the entries from `low` up to, and without, `high`. */
  async over(low, high) {
    const middle = low + half(high - low);
    if (high - low === 1 || (middle - low) * 2 === high - low) return this.complete(low, high - low);
    return nodeHash(await this.over(low, middle), await this.over(middle, high));
  }
}

/** What stands beside the way up from `index`, the entry's own neighbour first. */
function beside(index, low, high) {
  if (high - low === 1) return [];
  const middle = low + half(high - low);
  return index < middle
    ? [...beside(index, low, middle), { ours: "left", low: middle, high }]
    : [...beside(index, middle, high), { ours: "right", low, high: middle }];
}

/** The parts of a signed note that is a checkpoint. */
function checkpointOf(note) {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split("\n");
  const signatures = note.slice(end + 2).split("\n").filter(Boolean).map((line) => {
    const [, name, encoded] = line.split(" ");
    return { name, bytes: fromBase64(encoded) };
  });
  if (end < 0 || !/^\d+$/.test(size)) throw new Trouble("not a checkpoint");
  return { origin, size: Number(size), root: hex(fromBase64(root)), text, signatures };
}

/** Whether each of the log's keys that signed did so truly: true, false, or null when nobody can tell. */
async function signed(checkpoint, vkeys) {
  let found = false;
  for (const vkey of vkeys) {
    const [name, id, ...rest] = vkey.split("+");
    const material = fromBase64(rest.join("+"));
    const lines = checkpoint.signatures.filter(
      (line) => line.name === name && hex(line.bytes.slice(0, 4)) === id,
    );
    if (material[0] !== 1 || material.length !== 1 + HASH || name !== checkpoint.origin) continue;
    for (const line of lines) {
      let key;
      try {
        key = await crypto.subtle.importKey("raw", material.slice(1), "Ed25519", false, ["verify"]);
      } catch {
        return null;
      }
      const text = utf8(checkpoint.text);
      if (!(await crypto.subtle.verify("Ed25519", key, line.bytes.slice(4), text))) return false;
      found = true;
    }
  }
  return found;
}

/** The part of the page that shows a proof, and works it out when asked to. */
class Proof {
  constructor(root) {
    this.root = root;
    this.index = Number(root.dataset.index);
    this.status = this.one("[data-status]");
    this.start = this.one("[data-start]");
    this.hold = this.one("[data-hold]");
    this.forward = this.one("[data-next]");
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.number = new Intl.NumberFormat(document.documentElement.lang);
    this.holding = this.hold.querySelector("span").textContent;
    this.one("[data-run]").hidden = false;
    this.start.addEventListener("click", () => this.run());
    this.hold.addEventListener("click", () => this.pause(!this.paused));
    this.forward.addEventListener("click", () => this.wake?.());
  }

  one(what) {
    return this.root.querySelector(what);
  }

  all(what) {
    return this.root.querySelectorAll(what);
  }

  say(text) {
    this.status.textContent = text;
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.start.setAttribute("aria-disabled", "true");
    for (const shown of this.all("[data-verdict], [data-check]")) shown.hidden = true;
    this.checked = new Set();
    let verdict;
    try {
      verdict = globalThis.crypto?.subtle ? await this.workOut() : "unable";
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) console.error(trouble);
      verdict = "failed";
    }
    this.end(verdict);
  }

  async workOut() {
    this.status.classList.remove("sr-only");
    this.say(this.status.dataset.fetching);
    const files = new Files(this.root.dataset.log);
    const checkpoint = await this.newest(files);
    files.size = checkpoint.size;
    const around = beside(this.index, 0, checkpoint.size);
    const [entry, tile, others, vkeys] = await Promise.all([
      files.entry(this.index),
      files.complete(this.index, 1),
      Promise.all(around.map((each) => files.over(each.low, each.high))),
      files.get("keys").then((answer) => answer.text()),
    ]);
    const leaf = await leafHash(entry);
    const whole = this.check("entry", hex(leaf) === this.shown(0) && hex(leaf) === hex(tile));
    const root = await this.climb(leaf, around, others);
    const same = this.check("root", root === checkpoint.root && root === this.shown(around.length));
    const key = await signed(checkpoint, vkeys.split("\n").filter(Boolean));
    this.check("signature", key);
    return whole && same && key !== false ? "good" : "bad";
  }

  /** The newest checkpoint; when the log has grown the page's own picture is fetched anew first. */
  async newest(files) {
    for (let turn = 0; turn < TRIES; turn += 1) {
      const checkpoint = checkpointOf(await (await files.get("checkpoint")).text());
      if (checkpoint.size === Number(this.root.dataset.size)) return checkpoint;
      this.say(this.status.dataset.grown);
      if (turn) await new Promise((done) => setTimeout(done, 1500)); // a cache may be seconds behind
      await this.redraw();
    }
    throw new Trouble("the log grows too fast");
  }

  async redraw() {
    const answer = await fetch(location.href, { cache: "no-store" });
    const arrived = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = arrived.querySelector("[data-proof]");
    if (!fresh) throw new Trouble("no page");
    this.root.dataset.size = fresh.dataset.size;
    this.one("[data-figure]").replaceWith(document.adoptNode(fresh.querySelector("[data-figure]")));
  }

  /** Combine from the entry up, each step shown; the root that comes out. */
  async climb(leaf, around, others) {
    this.watched = !this.still.matches && around.length > 0;
    this.root.classList.toggle("proof--running", this.watched);
    this.buttons(this.watched);
    if (this.watched) this.one(".ladder").scrollIntoView({ block: "nearest", behavior: "smooth" });
    this.mark(0, hex(leaf));
    let have = leaf;
    for (const [at, { ours, low, high }] of around.entries()) {
      if (this.watched) await this.beat();
      have = ours === "left" ? await nodeHash(have, others[at]) : await nodeHash(others[at], have);
      this.tell(at + 1, around.length, low, high - 1);
      this.mark(at + 1, hex(have));
    }
    if (this.watched) await this.beat();
    return hex(have);
  }

  tell(step, all, first, last) {
    if (!this.watched) return;
    const words = { n: step, all, first: this.number.format(first), last: this.number.format(last) };
    this.say(this.status.dataset.stepping.replace(/\{(\w+)\}/g, (_whole, name) => words[name]));
  }

  /** Wait for the next step: a moment, or for the reader to ask for it. */
  beat() {
    return new Promise((done) => {
      const timer = this.paused ? 0 : setTimeout(() => this.wake?.(), PACE);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = null;
        done();
      };
    });
  }

  pause(paused) {
    this.paused = paused;
    this.hold.querySelector("span").textContent = paused ? this.hold.dataset.goOn : this.holding;
    this.forward.hidden = !paused;
    this.wake?.();
  }

  /** Show what came out at a step, and whether it is what the page says. */
  mark(step, made) {
    for (const part of this.all(`[data-step="${step}"]`)) {
      part.classList.add("is-worked-out");
      if (part.dataset.hash) part.classList.toggle("is-wrong", part.dataset.hash !== made);
      if (part.dataset.kind && part.dataset.kind !== "given") {
        part.classList.toggle("is-wrong", this.shown(step) !== made);
      }
      if (part.dataset.hash) part.querySelector(".proof-step__made .hash").textContent = made;
    }
  }

  /** What the page said came out at a step. */
  shown(step) {
    return this.one(`[data-step="${step}"][data-hash]`)?.dataset.hash;
  }

  /** Show the line of a check that is true: good, bad, or that nobody can tell. */
  check(key, good) {
    const line = this.one(`[data-check="${key}"]`);
    const is = good === null ? "unknown" : good ? "good" : "bad";
    for (const way of line.querySelectorAll("[data-is]")) way.hidden = way.dataset.is !== is;
    this.checked.add(key);
    return good;
  }

  end(verdict) {
    const led = [this.hold, this.forward].includes(document.activeElement);
    this.paused = false;
    this.hold.querySelector("span").textContent = this.holding;
    this.buttons(false);
    for (const line of this.all("[data-check]")) line.hidden = !this.checked.has(line.dataset.check);
    const shown = this.one(`[data-verdict="${verdict}"]`);
    shown.hidden = false;
    this.root.classList.remove("proof--running");
    this.root.dataset.outcome = verdict;
    this.status.classList.add("sr-only"); // eyes have the notice
    this.say(shown.querySelector(".notice__title").textContent);
    this.start.removeAttribute("aria-disabled");
    this.running = false;
    if (led) this.start.focus();
  }

  buttons(watched) {
    this.hold.hidden = !watched;
    this.forward.hidden = true;
  }
}

for (const root of document.querySelectorAll("[data-proof]")) new Proof(root);
