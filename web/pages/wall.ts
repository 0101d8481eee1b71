import "../wall/wall.css";
import { keypad } from "../wall/keypad";
import { type Waiting, wait } from "../wall/waiting";

const form = document.querySelector<HTMLFormElement>("[data-pair]");
if (form) keypad(form);
const page = document.querySelector<HTMLElement>("[data-wall]");
if (page) wait(page, JSON.parse(document.getElementById("wall")?.textContent ?? "{}") as Waiting);
