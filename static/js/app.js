/* Conveniences only: every page works without this file. */
(function () {
  "use strict";

  document.documentElement.classList.add("js");

  const announcer = document.getElementById("announcer");

  function announce(text) {
    if (!announcer || !text) return;
    announcer.textContent = "";
    window.setTimeout(function () {
      announcer.textContent = text;
    }, 50);
  }

  function isTyping(target) {
    return (
      target instanceof HTMLElement &&
      (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
    );
  }

  function isVisible(element) {
    /* What lies in a closed <details> still has boxes in some browsers. */
    if (typeof element.checkVisibility === "function") return element.checkVisibility();
    return element.getClientRects().length > 0 && !element.closest("details:not([open])");
  }

  /* ---- Keyboard: "/" search, "g" + letter a section, "n" new, "?" the list, Escape closes ---- */

  let waitingForSection = 0;

  function focusSearch() {
    const fields = Array.from(document.querySelectorAll("[data-search]"));
    let field = fields.find(isVisible);
    if (!field) {
      const menu = document.querySelector("details.menu");
      if (menu && menu.getClientRects().length > 0) {
        menu.open = true;
        field = menu.querySelector("[data-search]");
      }
    }
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || typeof dialog.showModal !== "function") return false;
    if (!dialog.open) dialog.showModal();
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;

    if (waitingForSection && Date.now() - waitingForSection < 1500) {
      waitingForSection = 0;
      const key = event.key.toLowerCase();
      const link = Array.from(document.querySelectorAll("[data-key]")).find(function (item) {
        return item.dataset.key.toLowerCase() === key;
      });
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "/") {
      if (focusSearch()) event.preventDefault();
    } else if (event.key === "g") {
      waitingForSection = Date.now();
    } else if (event.key === "n") {
      const link = document.querySelector("[data-new]");
      if (link) {
        event.preventDefault();
        link.click();
      }
    } else if (event.key === "?") {
      if (openDialog("shortcuts")) event.preventDefault();
    }
  });

  document.addEventListener("click", function (event) {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) {
      openDialog(opener.dataset.openDialog);
      return;
    }
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });

    const account = event.target.closest("[data-username]");
    if (account) {
      const username = document.querySelector('input[name="username"]');
      const password = document.querySelector('input[name="password"]');
      if (username) username.value = account.dataset.username;
      if (password) {
        password.value = account.dataset.password || "";
        password.focus();
      }
    }
  });

  document.querySelectorAll("[data-open-dialog], [data-username]").forEach(function (button) {
    button.hidden = false;
  });

  /* ---- One press, one act ---- */

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.hasAttribute("data-again")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    /* After the browser has collected the fields, or the pressed button's own value would be lost. */
    window.setTimeout(function () {
      if (event.defaultPrevented) return;
      form.dataset.sent = "1";
      form.querySelectorAll('button[type="submit"], button:not([type])').forEach(function (button) {
        button.disabled = true;
        button.dataset.held = "1";
      });
    }, 0);
  });

  function release() {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
    document.querySelectorAll("button[data-held]").forEach(function (button) {
      button.disabled = false;
      delete button.dataset.held;
    });
  }

  window.addEventListener("pageshow", release);

  /* ---- Files: show what was chosen ---- */

  document.addEventListener("change", function (event) {
    const input = event.target;
    if (!(input instanceof HTMLInputElement)) return;
    if (input.type === "file" && input.id) {
      const list = document.querySelector('[data-chosen-for="' + CSS.escape(input.id) + '"]');
      if (!list) return;
      list.textContent = "";
      Array.from(input.files).forEach(function (file) {
        const item = document.createElement("li");
        item.textContent = file.name;
        list.append(item);
      });
      list.hidden = input.files.length === 0;
    }
    if (input.matches("[data-pick-all]")) {
      const scope = input.closest("form") || document;
      scope.querySelectorAll("input.pick").forEach(function (box) {
        box.checked = input.checked;
        box.closest("tr")?.classList.toggle("is-picked", box.checked);
      });
    }
    if (input.matches("input.pick")) {
      input.closest("tr")?.classList.toggle("is-picked", input.checked);
    }
  });

  /* ---- Focus and announcements ---- */

  function takeFocus(root) {
    const target = root.matches?.("[data-focus]") ? root : root.querySelector?.("[data-focus]");
    if (target) target.focus();
    return Boolean(target);
  }

  takeFocus(document);

  document.addEventListener("htmx:afterSettle", function (event) {
    release();
    const element = event.detail.elt;
    if (!(element instanceof Element)) return;
    takeFocus(element);
    const spoken = element.matches("[data-announce]") ? element : element.querySelector("[data-announce]");
    if (spoken) announce(spoken.dataset.announce || spoken.textContent.trim());
  });

  /* The bell asks for the count of news; the navigation shows the same. */
  document.addEventListener("htmx:afterSwap", function () {
    const bell = document.getElementById("bell");
    if (!bell) return;
    document.querySelectorAll("[data-unread-count]").forEach(function (count) {
      count.textContent = bell.dataset.unread;
      count.hidden = bell.dataset.unread === "0";
    });
  });

  document.addEventListener("announce", function (event) {
    announce(event.detail && (event.detail.value || event.detail.text));
  });

  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      /* What asks by itself in the background fails in silence and asks again. */
      if (event.target instanceof Element && event.target.closest("[data-quiet]")) return;
      release();
      announce(document.body.dataset.failed);
    });
  });
})();
