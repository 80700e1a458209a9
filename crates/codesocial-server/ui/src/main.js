// What pages do more where the browser runs scripts: each module takes the elements that are its.

import { combobox } from "./search.js";

for (const input of document.querySelectorAll('form[role="search"][action] input[type="search"]')) {
  combobox(input);
}
