// Sharing, copying and printing a member's page, where the browser can.

const canShare = typeof navigator.share === "function";

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !canShare;
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ title: button.dataset.title, url: button.dataset.share });
    } catch (stopped) {
      if (stopped.name !== "AbortError") throw stopped; // who changes their mind is told nothing
    }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const field of document.querySelectorAll("[data-select]")) {
  field.addEventListener("focus", () => field.select());
}
