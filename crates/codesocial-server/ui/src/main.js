// What pages do more where the browser runs scripts: each module takes the elements that are its.

import { combobox } from "./search.js";
import { sheet } from "./sheet.js";

for (const input of document.querySelectorAll('form[role="search"][action] input[type="search"]')) {
  combobox(input);
}

for (const form of document.querySelectorAll("form.sheet")) {
  sheet(form);
}
