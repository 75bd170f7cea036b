// Asking the controller: every request has a deadline, and carries the token of this tab, if there is one.

const KEY = "mt4-controller-token";
const DEADLINE_MS = 2000;

export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

let kept = null;

function store(action) {
  // A browser may forbid storage; then the token lives as long as the page.
  try {
    return action(sessionStorage);
  } catch {
    return null;
  }
}

export function token() {
  return kept ?? store((storage) => storage.getItem(KEY));
}

export function setToken(text) {
  kept = text;
  store((storage) => (text ? storage.setItem(KEY, text) : storage.removeItem(KEY)));
}

export function headers() {
  const text = token();
  return text ? { Authorization: `Bearer ${text}` } : {};
}

/** The JSON of a path; throws `ApiError` for an answer that is a problem, anything else for no answer. */
export async function get(path) {
  const response = await fetch(path, {
    headers: headers(),
    cache: "no-store",
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (response.ok) return response.json();
  throw await problem(response);
}

export async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return new ApiError(response.status, body.detail ?? body.title ?? `the controller answered ${response.status}`);
}
