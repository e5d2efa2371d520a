/* Keeps what is being typed on the server, a few seconds after each change: text alone, never files
   and never passwords. Without this file a form works as before. */
(function () {
  "use strict";

  const WAIT = 3000;
  const MOST = 64 * 1024;

  document.querySelectorAll("form[data-autosave]").forEach(function (form) {
    let timer = 0;
    let changed = false;
    let stopped = false;

    function fields() {
      const found = new URLSearchParams();
      new FormData(form).forEach(function (value, name) {
        const field = form.elements.namedItem(name);
        const secret = field instanceof HTMLInputElement && field.type === "password";
        if (typeof value === "string" && !secret && name !== "csrfmiddlewaretoken") {
          found.append(name, value);
        }
      });
      return found.toString();
    }

    function save(leaving) {
      window.clearTimeout(timer);
      if (!changed || stopped) return;
      const data = fields();
      if (data.length > MOST) return;
      changed = false;
      fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams({ path: window.location.pathname, data: data }),
        headers: { "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: leaving === true,
      })
        .then(function (answer) {
          /* Saved a moment ago, or the server is busy: once more. Signed out: no more. */
          if (answer.type === "opaqueredirect") stopped = true;
          else if (answer.status === 429 || answer.status >= 500) later();
        })
        .catch(later);
    }

    function later() {
      changed = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(save, WAIT);
    }

    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", function () {
      stopped = true;
      window.clearTimeout(timer);
    });
    window.addEventListener("pageshow", function () {
      stopped = false;
    });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") save(true);
    });
  });
})();
