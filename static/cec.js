/*
 * Small improvements; every page works without this file. No library, no inline handlers.
 * Attributes that pages use: data-focus, data-select-all, data-bulk-count, data-copy,
 * data-opens-for, data-shortcuts.
 */
(() => {
  "use strict";

  const say = (text) => {
    const status = document.getElementById("status");
    if (status) status.textContent = text;
  };

  // The error summary takes the focus, so that it is read and its links are one tab away.
  const focusSummary = (root) => root.querySelector?.("[data-focus]")?.focus();

  // Browsers drop the meaning of a table whose rows are laid out as cards; the roles keep it.
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };
  const keepTableRoles = (root) => {
    root.querySelectorAll?.("table.stackable").forEach((table) => {
      table.setAttribute("role", "table");
      table.querySelectorAll("thead, tbody, tfoot, tr, th, td").forEach((part) => {
        const heading = part.scope === "row" ? "rowheader" : "columnheader";
        part.setAttribute("role", ROLES[part.tagName] || heading);
      });
    });
  };

  // A second click on the same button sends nothing. The mark goes when the page is shown again
  // (back and forward) and after a while, for answers that leave the page where it is.
  const SENT_FOR = 8000;
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled=true]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not form.method: a field of that name, such as a payment's, would stand in for it.
    if (form.getAttribute("method") !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
    // A form that hands files over stays where it is: its other button asks for another file.
    const another = "files" in form.dataset && event.submitter?.getAttribute("aria-disabled") !== "true";
    if (form.dataset.sent && !another) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), SENT_FOR);
  });
  // A button of an htmx form that leads to another page (formaction) is the browser's own business:
  // htmx would put that page into the place of the form.
  document.addEventListener(
    "submit",
    (event) => {
      const leaves = event.target.hasAttribute("hx-post") && event.submitter?.hasAttribute("formaction");
      if (leaves) event.stopPropagation();
    },
    true,
  );
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  // Tables with a bulk bar: select all on the page, and how many are selected.
  const rowsOf = (form) => [...form.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];
  const countSelected = (form) => {
    const label = form.querySelector("[data-bulk-count]");
    const all = form.querySelector("[data-select-all] input");
    const rows = rowsOf(form);
    const chosen = rows.filter((row) => row.checked).length;
    if (label) {
      const text = [label.dataset.none, label.dataset.one][chosen] ?? label.dataset.many;
      label.textContent = text.replace("{n}", chosen);
    }
    if (all) {
      all.checked = chosen > 0 && chosen === rows.length;
      all.indeterminate = chosen > 0 && chosen < rows.length;
    }
  };
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.querySelector("[data-bulk-count]")) return;
    if (event.target.closest("[data-select-all]")) {
      rowsOf(form).forEach((row) => (row.checked = event.target.checked));
    }
    countSelected(form);
  });
  const prepareBulk = (root) => {
    root.querySelectorAll?.("[data-select-all]").forEach((part) => (part.hidden = false));
    root.querySelectorAll?.("[data-bulk-count]").forEach((label) => label.closest("form") && countSelected(label.closest("form")));
  };

  // A part of a form that belongs to some answers opens when one of them is chosen.
  document.addEventListener("change", (event) => {
    document.querySelectorAll("details[data-opens-for]").forEach((part) => {
      const answers = part.dataset.opensFor.split(" ");
      if (event.target.matches("select") && answers.includes(event.target.value)) part.open = true;
    });
  });

  // Single letters in lists, for those who switched them on in their account (WCAG 2.1.4).
  const KEYS = {
    j: (rows, at) => rows[Math.min(at + 1, rows.length - 1)]?.querySelector("th a")?.focus(),
    k: (rows, at) => rows[Math.max(at - 1, 0)]?.querySelector("th a")?.focus(),
    x: (rows, at) => rows[at]?.querySelector("[type=checkbox]")?.click(),
    "/": () => document.querySelector("[type=search]")?.focus(),
    "?": () => {
      const list = document.getElementById("shortcuts");
      list.open = true;
      list.querySelector("summary").focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    const table = document.querySelector("table[data-shortcuts]");
    const key = KEYS[event.key.toLowerCase()];
    const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea");
    if (!table || !key || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const rows = [...table.tBodies[0].rows];
    key(rows, rows.findIndex((row) => row.contains(document.activeElement)));
  });

  // Menus close on Escape, which gives the focus back, and on a click elsewhere.
  const closeMenus = (except) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(except)) menu.open = false;
    });
  };
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Copy what a field holds, such as the link for checking a certificate.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const field = button && document.getElementById(button.dataset.copy);
    if (!field) return;
    try {
      await navigator.clipboard.writeText(field.value);
      say(button.dataset.copied);
      button.lastChild.textContent = ` ${button.dataset.copied}`;
    } catch {
      field.select();
    }
  });

  // A radio button or checkbox that an error links to is focused, not only scrolled to.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".problem a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.closest(".field")?.scrollIntoView();
    field.focus({ preventScroll: true });
  });

  const prepare = (root) => {
    keepTableRoles(root);
    prepareBulk(root);
    focusSummary(root);
  };
  prepare(document);

  // htmx: prepare what came in, and say so when nothing came back.
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target.parentNode ?? event.target));
  const failed = () => say(document.getElementById("status")?.dataset.failed ?? "");
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
})();
