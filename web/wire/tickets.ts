/** The ticket of one lesson: kept, and fetched anew when the server says it has expired. */
export class TicketHolder {
  #ticket: string;
  #renewing: Promise<string> | null = null;

  constructor(
    ticket: string,
    private readonly address: string,
    private readonly csrf: string = "",
    private readonly body: object = {},
  ) {
    this.#ticket = ticket;
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#ticket}` };
  }

  /** Fetch a new one. Several callers at once share one request. Throws when the server gives none. */
  renew(): Promise<string> {
    this.#renewing ??= this.#fetch().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #fetch(): Promise<string> {
    const answer = await fetch(this.address, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrftoken": this.csrf },
      body: JSON.stringify(this.body),
    });
    if (!answer.ok) throw await refusal(answer);
    const told = (await answer.json()) as { ticket: string };
    this.#ticket = told.ticket;
    return told.ticket;
  }
}

/** What a server answered instead of what was asked for (RFC 9457). */
export class Problem extends Error {
  readonly code: string;
  readonly retry: boolean;
  readonly waitMs: number;
  readonly expected: number | null;
  readonly track: string;

  constructor(
    readonly status: number,
    body: Record<string, unknown>,
  ) {
    super(String(body.detail ?? body.title ?? status));
    this.code = String(body.code ?? "");
    this.retry = body.retry === true || (status >= 500 && body.retry !== false);
    this.waitMs = typeof body.wait === "number" && body.wait > 0 ? body.wait * 1000 : 0;
    this.expected = typeof body.expected === "number" ? body.expected : null;
    this.track = String(body.track ?? "");
  }
}

/** The JSON of a refusal, whatever came. */
export async function problemOf(answer: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await answer.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The refusal in this answer; `Retry-After` counts where the body does not say how long to wait. */
export async function refusal(answer: Response): Promise<Problem> {
  const wait = Number(answer.headers.get("retry-after") ?? 0);
  return new Problem(answer.status, { wait, ...(await problemOf(answer)) });
}
