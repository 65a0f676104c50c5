/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends JSON to the server by HTTP. Rejects when there is no answer. */
export interface Poster {
  post(url: string, json: string): Promise<Answer>;
}
