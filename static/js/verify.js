// A file may be dropped anywhere on its frame, which then is chosen as by its button. Nothing is sent
// before "Check it" is pressed, and without JavaScript the button alone does the same.

function start(frame) {
  const input = frame.querySelector("input[type=file]");
  const said = frame.querySelector("[data-said]");
  frame.querySelector("[data-hint]").hidden = false;

  function say(text, wrong = false) {
    said.textContent = text;
    said.classList.toggle("drop__said--wrong", wrong);
  }

  function tell() {
    const file = input.files[0];
    if (!file) return say("");
    const large = file.size > Number(frame.dataset.most);
    say((large ? frame.dataset.large : frame.dataset.chosen).replace("{name}", () => file.name), large);
  }

  function drop(event) {
    frame.classList.remove("drop--over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    if (event.dataTransfer.files.length > 1) return say(frame.dataset.several, true);
    input.files = event.dataTransfer.files;
    tell();
    frame.closest("form").querySelector("button[type=submit]").focus();
  }

  frame.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault(); // or the browser opens the file in place of this page
    event.dataTransfer.dropEffect = "copy";
    frame.classList.add("drop--over");
  });
  frame.addEventListener("dragleave", (event) => {
    if (!frame.contains(event.relatedTarget)) frame.classList.remove("drop--over");
  });
  frame.addEventListener("drop", drop);
  input.addEventListener("change", tell);
  tell(); // a browser that comes back here may still have the file
}

for (const frame of document.querySelectorAll("[data-drop]")) start(frame);
// A file that misses the frame must not take the page away.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.defaultPrevented && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
}
