// The title of the page: the number of jobs in progress, what the page shows, the service.

let shown = "csvsum";
let lead = "";
let inProgress = 0;

/**
 * Set what the page shows.
 * @param {string} text like the name of a file
 * @param {string} [first] goes before it in place of the number of jobs, like "65 %"
 */
export function setTitle(text, first = "") {
  shown = text;
  lead = first;
  update();
}

/**
 * Set the number of jobs in progress.
 * @param {number} number
 */
export function setInProgress(number) {
  inProgress = number;
  update();
}

function update() {
  const number = inProgress ? `(${inProgress})` : "";
  document.title = [lead || number, shown, shown === "csvsum" ? "" : "· csvsum"]
    .filter(Boolean)
    .join(" ");
}
