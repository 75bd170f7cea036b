// The records as they come, by fetch: `EventSource` could not carry a token. A broken stream goes on after the last record
// that was seen.

import { headers, problem } from "./api.js";

const RETRY_MS = 1000;
/** The controller gives a sign of life every 15 s. */
const SILENCE_MS = 40000;

export class EventStream {
  /** `handlers`: `record(record)`, `missed(message)`, `state(word, detail)` with open, closed, denied or absent. */
  constructor(tail, handlers) {
    this.tail = tail;
    this.handlers = handlers;
    this.last = null;
    this.turn = 0;
  }

  /** Begins, or begins anew with another token. */
  start() {
    this.stop();
    this.run(this.turn);
  }

  stop() {
    this.turn += 1;
    this.abort?.abort();
  }

  async run(turn) {
    while (turn === this.turn) {
      let wait = RETRY_MS;
      try {
        await this.read(turn);
        this.handlers.state("closed");
      } catch (error) {
        if (turn !== this.turn) return;
        if (error.status === 401 || error.status === 403) return this.handlers.state("denied", error);
        if (error.status === 404) return this.handlers.state("absent", error);
        if (error.status === 503 || error.status === 429) wait = 5000;
        this.handlers.state("closed", error);
      }
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  async read(turn) {
    this.abort = new AbortController();
    const asked = headers();
    if (this.last !== null) asked["Last-Event-ID"] = String(this.last);
    const path = this.last === null ? `/api/events?tail=${this.tail}` : "/api/events";
    const response = await fetch(path, { headers: asked, cache: "no-store", signal: this.abort.signal });
    if (!response.ok) throw await problem(response);
    this.handlers.state("open");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const guard = setTimeout(() => this.abort.abort(), SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(guard));
      if (done || turn !== this.turn) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  take(block) {
    const fields = {};
    for (const line of block.split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (!fields.data) return;
    let data;
    try {
      data = JSON.parse(fields.data);
    } catch {
      return;
    }
    if (fields.event === "missed") return this.handlers.missed(data.message ?? "records are missing here");
    if (fields.id) this.last = fields.id;
    this.handlers.record(data);
  }
}
