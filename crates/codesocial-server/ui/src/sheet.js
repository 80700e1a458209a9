// Forms to fill in: another row without leaving the page, and names that are found while one types.
// Both work without script: the first by sending the form, the second when it is written.

import { combobox } from "./search.js";

export function sheet(form) {
  names(form);
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button?.name !== "add") {
      return;
    }
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(button.value);
    if (!answer.ok || !fresh) {
      // The way without script tells what is wrong.
      button.form.append(hidden(button));
      form.submit();
      return;
    }
    document.getElementById(button.value).replaceWith(fresh);
    names(fresh);
    const rows = fresh.querySelectorAll(":scope > .row, :scope > details");
    const last = rows[rows.length - 1];
    if (last) {
      last.open = true;
      last.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    }
  });
}

function hidden({ name, value }) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  return input;
}

function names(part) {
  for (const input of part.querySelectorAll("input[data-search]:not([list])")) {
    combobox(input, {
      address: input.dataset.search,
      choose: ({ id }) => {
        input.value = id;
      },
    });
  }
}
