// Uploads: they go on while other views are shown, and are listed until their file is previewed.

import { isAbort, post, Problem } from "./api.js";

const RATE_MS = 1000;

/** A file on its way into the uploads bucket. */
class Upload {
  /** "uploading", "done" or "failed" */
  state = "uploading";
  loaded = 0;
  /** In bytes a second, since the start. */
  rate = 0;
  /** The name by which jobs know the file; empty until it is uploaded. */
  csv = "";
  /** Why it failed. */
  detail = "";

  #abort = new AbortController();
  #started = performance.now();

  /** @param {File} file */
  constructor(file) {
    this.file = file;
  }

  get name() {
    return this.file.name;
  }

  get total() {
    return this.file.size;
  }

  /** The seconds it will take, or null. */
  get left() {
    return this.rate > 0 ? (this.total - this.loaded) / this.rate : null;
  }

  cancel() {
    this.#abort.abort();
  }

  /** Upload the file. Throws Problem, or an AbortError once it is cancelled. */
  async run(changed) {
    const { signal } = this.#abort;
    const { body } = await post("uploads", { name: this.name, bytes: this.total }, { signal });
    if (this.total > body.max_bytes) throw tooLarge();
    await send(body, this.file, signal, (loaded) => {
      this.#progressed(loaded);
      changed();
    });
    this.csv = body.csv;
  }

  #progressed(loaded) {
    const elapsed = performance.now() - this.#started;
    this.loaded = Math.min(loaded, this.total); // the form has more bytes than the file
    this.rate = elapsed > RATE_MS ? (1000 * this.loaded) / elapsed : 0;
  }
}

class Uploads extends EventTarget {
  /** The uploads in progress, those that failed, and those whose file was not previewed yet. */
  list = [];

  /**
   * Upload a file.
   * @param {File} file
   * @returns {Promise<Upload|null>} once it is done; null if it failed or was cancelled
   */
  async start(file) {
    const upload = new Upload(file);
    this.list.push(upload);
    this.#changed();
    try {
      await upload.run(() => this.#changed());
    } catch (error) {
      if (isAbort(error)) this.remove(upload);
      else this.#failed(upload, error);
      return null;
    }
    upload.state = "done";
    this.#changed();
    return upload;
  }

  /** Forget an upload. */
  remove(upload) {
    upload.cancel();
    this.list = this.list.filter((each) => each !== upload);
    this.#changed();
  }

  /**
   * Forget the upload of a file that is previewed.
   * @param {string} csv
   */
  previewed(csv) {
    const upload = this.list.find((each) => each.csv === csv);
    if (upload) this.remove(upload);
  }

  /** The number of uploads in progress. */
  get inProgress() {
    return this.list.filter((upload) => upload.state === "uploading").length;
  }

  #failed(upload, error) {
    if (!(error instanceof Problem)) throw error;
    upload.state = "failed";
    upload.detail = error.detail;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The uploads of this page. */
export const uploads = new Uploads();

window.addEventListener("beforeunload", (event) => {
  if (uploads.inProgress) event.preventDefault();
});

/** Post a form to storage. XMLHttpRequest, since fetch reports no progress of what it sends. */
function send({ url, fields }, file, signal, progressed) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.addEventListener("progress", (event) => progressed(event.loaded));
    request.addEventListener("load", () =>
      request.status < 300 ? resolve() : reject(refusal(request)),
    );
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(formOf(fields, file));
  });
}

function formOf(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file); // the last: S3 ignores what comes after it
  return form;
}

function refusal(request) {
  const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1] ?? "";
  if (code === "EntityTooLarge") return tooLarge();
  const detail = `The storage refused the file (${code || request.status}). Choose it again.`;
  return new Problem(request.status, { code, detail });
}

function tooLarge() {
  const detail =
    "The file is too large to be uploaded here. Put it into the source, and pick it there.";
  return new Problem(413, { code: "upload_too_large", detail });
}

function unreachable() {
  return new Problem(0, {
    code: "unreachable",
    detail: "The upload was interrupted. Choose the file again.",
  });
}
