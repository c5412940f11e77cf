// The newest jobs and the counts of all, kept up to date by one request that waits for news.

import { events, get, isAbort, news, Problem, sleep } from "./api.js";
import { setInProgress } from "./title.js";

const NEWEST = 50;
// Counting reads up to 1,000 jobs, so it waits while many jobs end one after the other.
const COUNT_PAUSE_MS = 2000;

/** The statuses of jobs that are in progress. */
export const IN_PROGRESS = ["queued", "running"];

class Feed extends EventTarget {
  /** The newest jobs as `GET /jobs` has them; null until they are known. */
  jobs = null;
  /** The number of jobs by status; null until it is known. */
  counts = null;
  /** Whether the counts are those of all jobs, and not only of the newest 1,000. */
  countsComplete = true;

  #run = null;
  #statuses = "";
  #counted = -Infinity;

  /** Begin to follow the jobs. Nothing is asked while nobody looks and no job is in progress. */
  start() {
    document.addEventListener("visibilitychange", () => this.#follow());
    events.addEventListener("signin", () => this.stop());
    this.#follow();
  }

  /** Stop until the next `restart`, for example because a token is needed. */
  stop() {
    this.#run?.abort();
    this.#run = null;
  }

  /** Forget what is known, and follow anew, for example as another client. */
  restart() {
    this.stop();
    this.jobs = this.counts = null;
    this.#statuses = "";
    this.#follow();
  }

  /** The number of jobs in progress. */
  get inProgress() {
    const counts = this.counts ?? {};
    return IN_PROGRESS.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  }

  /**
   * Call a listener now, if the jobs are known, and at each change.
   * @param {() => void} listener
   * @param {AbortSignal} signal
   */
  watch(listener, signal) {
    this.addEventListener("change", listener, { signal });
    if (this.jobs) listener();
  }

  #follow() {
    const isIdle = document.hidden && !this.inProgress;
    if (isIdle) this.stop();
    else if (!this.#run) this.#begin();
  }

  async #begin() {
    const run = new AbortController();
    this.#run = run;
    try {
      await this.#count(run.signal, NEWEST); // jobs and counts at once, so that nothing moves
      for await (const { jobs } of news(`jobs?limit=${NEWEST}`, run.signal)) {
        await this.#take(jobs, run.signal);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      events.dispatchEvent(new CustomEvent("refused", { detail: error }));
    } finally {
      if (this.#run === run) this.#run = null;
    }
  }

  async #take(jobs, signal) {
    const isOther = this.#show(jobs);
    this.#changed();
    if (!isOther) return;
    await sleep(this.#counted + COUNT_PAUSE_MS - performance.now(), signal);
    await this.#count(signal);
    this.#follow();
  }

  /** Remember the newest jobs. Return whether any is new or has another status. */
  #show(jobs) {
    const before = this.#statuses;
    this.jobs = jobs;
    this.#statuses = jobs.map((job) => job.id + job.status).join();
    return this.#statuses !== before;
  }

  async #count(signal, limit = 0) {
    try {
      const { body } = await get(`jobs?counts=true&limit=${limit || 1}`, { signal });
      this.counts = body.counts;
      this.countsComplete = body.counts_complete;
      if (limit) this.#show(body.jobs);
    } catch (error) {
      if (isAbort(error) || error.passes) return;
      throw error;
    }
    this.#counted = performance.now();
    setInProgress(this.inProgress);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The feed of this page. */
export const feed = new Feed();
