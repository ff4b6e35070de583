// What a plain form cannot do: show how far an upload is, and put the focus on what went wrong.
// Every page works without this file; the form is then sent by the browser itself.

const focusWhatMatters = () => {
  const target = document.querySelector("[data-focus]");
  if (target) target.focus();
};

// Which answer this document shows; each has its own entry in the history, marked with its number.
let shown = history.state?.shown ?? 0;

const showAnswer = (request) => {
  if (!request.response) {
    location.assign(request.responseURL || location.href);
    return;
  }
  // The answer is a page that was already fetched: fetching it again could use up what may be seen once.
  document.documentElement.replaceWith(document.adoptNode(request.response.documentElement));
  history.replaceState({ shown }, "");
  shown += 1;
  history.pushState({ shown }, "", request.responseURL || location.href);
  scrollTo(0, 0);
  enhance();
  const heading = document.querySelector("[data-focus]") || document.querySelector("main");
  if (heading) heading.focus();
};

const send = (form, event) => {
  event.preventDefault();
  const box = form.querySelector(".upload-progress");
  const bar = box.querySelector("progress");
  const line = box.querySelector("[data-upload-text]");
  const buttons = form.querySelectorAll("button");
  const request = new XMLHttpRequest();
  const body = new FormData(form, event.submitter);
  let told = -1;

  request.upload.addEventListener("progress", (progress) => {
    if (!progress.lengthComputable) return;
    const percent = Math.floor((100 * progress.loaded) / progress.total);
    bar.value = percent;
    // A screen reader hears every tenth, not every byte.
    if (percent - told >= 10 || percent === 100) {
      told = percent;
      line.textContent = line.dataset.sending.replace("{percent}", String(percent));
    }
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    line.textContent = line.dataset.reading;
  });
  request.addEventListener("load", () => showAnswer(request));
  const failed = () => {
    bar.value = 0;
    line.textContent = line.dataset.failed;
    for (const button of buttons) button.disabled = false;
  };
  request.addEventListener("error", failed);
  request.addEventListener("abort", failed);

  box.hidden = false;
  for (const button of buttons) button.disabled = true;
  request.open(form.method, form.action);
  request.responseType = "document";
  request.send(body);
};

const enhance = () => {
  for (const form of document.querySelectorAll("form[data-upload]")) {
    form.addEventListener("submit", (event) => send(form, event));
  }
};

addEventListener("popstate", (event) => {
  // A jump within the page has no mark: it is none of our business.
  if (event.state && event.state.shown !== shown) location.reload();
});
enhance();
focusWhatMatters();
