import { readyAgain } from "../again/again";

const form = document.querySelector<HTMLFormElement>("form[data-again]");
if (form) readyAgain(form);
