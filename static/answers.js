"use strict";

// Saves a referee's form as she types. Without it the button "Save and come back later" does the same, and so does
// "Go on". What is saved here is kept as typed and counts for nothing until she sends it.
const form = document.querySelector("form[data-saves]");
const said = document.getElementById("saved");
const PAUSE = 800; // milliseconds after the last key
const PATIENCE = 5000; // after which a save is given up, so that a slow line never holds up "Go on"

let timer = 0;
let saving = null;
let kept = content();
let isLeaving = false;

function content() {
  return new URLSearchParams(new FormData(form)).toString();
}

async function save() {
  clearTimeout(timer);
  const typed = content();
  if (saving !== null || typed === kept || isLeaving) {
    return;
  }
  saving = send(typed);
  const isKept = await saving;
  saving = null;
  if (isKept) {
    kept = typed;
  }
  said.textContent = isKept ? said.dataset.kept : said.dataset.lost;
  if (isKept && content() !== kept) {
    later(); // she went on typing meanwhile
  }
}

async function send(typed) {
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(`${typed}&save=typed`),
      redirect: "error",
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE),
    });
    return answer.status === 204;
  } catch {
    return false;
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

form.addEventListener("input", later);
form.addEventListener("change", save);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    save();
  }
});
// A save on its way would arrive after what is sent now, and would seem the newer one.
form.addEventListener("submit", async (event) => {
  isLeaving = true;
  clearTimeout(timer);
  if (saving !== null) {
    event.preventDefault();
    await saving;
    form.requestSubmit(event.submitter);
  }
});
window.addEventListener("pageshow", () => {
  isLeaving = false; // back from the next screen
});
