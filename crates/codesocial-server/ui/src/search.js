// Search as you type: a list of names under a search box, which works without it.
// The pattern is https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ with a list that is chosen from
// by hand. What is chosen is gone to, or whatever else the caller does with it.

const RESULTS_MAX = 8;
const LETTERS_MIN = 2;
const WAIT_MS = 120;

let lists = 0;

export function combobox(input, { address = input.form.action, choose = goTo } = {}) {
  const list = document.createElement("ul");
  list.id = `suggestions-${++lists}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels[0].textContent);
  input.parentElement.classList.add("with-suggestions");
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let asked = new AbortController();
  let waiting;
  let active = -1;

  function close() {
    clearTimeout(waiting);
    asked.abort();
    list.hidden = true;
    list.replaceChildren();
    activate(-1);
    input.setAttribute("aria-expanded", "false");
  }

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function show(results) {
    list.replaceChildren(...results.map((result, index) => option(list.id, result, index, chosen)));
    activate(-1);
    list.hidden = results.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    asked.abort();
    asked = new AbortController();
    const question = new URL(address, location);
    question.searchParams.set("q", input.value);
    question.searchParams.set("max", RESULTS_MAX);
    const headers = { accept: "application/json" };
    try {
      const answer = await fetch(question, { headers, signal: asked.signal });
      if (answer.ok) {
        show((await answer.json()).results.filter((result) => result.path));
      }
    } catch (error) {
      // Without an answer the form still works. A question that was overtaken needs none.
      close();
    }
  }

  function chosen(result) {
    choose(result);
    close();
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (input.value.trim().length < LETTERS_MIN) {
      close();
    } else {
      waiting = setTimeout(ask, WAIT_MS);
    }
  });
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      close();
    } else if (event.key === "ArrowDown" && count) {
      activate((active + 1) % count);
    } else if (event.key === "ArrowUp" && count) {
      activate(active <= 0 ? count - 1 : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      list.children[active].click();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // The box keeps the focus while an option is clicked.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

function goTo({ path }) {
  location.assign(path);
}

function option(list, result, index, choose) {
  const { label, language, list: where } = result;
  const item = document.createElement("li");
  item.id = `${list}-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.addEventListener("click", () => choose(result));
  const name = document.createElement("span");
  name.textContent = label;
  if (language) {
    name.lang = language;
  }
  const place = document.createElement("span");
  place.className = "quiet";
  place.textContent = where ?? "";
  item.append(name, " ", place);
  return item;
}
