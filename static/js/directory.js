// The directory while its results change in place: what the reader had opened stays open, and a
// choice keeps the focus. Without JavaScript the form is sent by its button.

const narrow = document.querySelector("#narrow");
const wide = matchMedia("(min-width: 60rem)");

/** Beside the results on a wide screen the filters are always open. */
function fit() {
  if (narrow && wide.matches) narrow.open = true;
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const arriving = event.detail.fragment;
  for (const filter of event.detail.target.querySelectorAll("details[id]")) {
    const next = arriving.querySelector(`#${CSS.escape(filter.id)}`);
    if (next) next.open = filter.open;
  }
});

wide.addEventListener("change", fit);
fit();
