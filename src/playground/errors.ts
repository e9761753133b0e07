/** Refusals in the words and shapes of GitHub's REST API. */

export interface FieldError {
  resource: string;
  field?: string;
  code: string;
  message?: string;
}

/** Thrown by any handler; the server turns it into GitHub's JSON error, the GraphQL side into an entry of `errors`. */
export class ApiError extends Error {
  readonly status: number;
  /** For most resources what is wrong with a field; for reviews, as GitHub has it, plain sentences. */
  readonly errors: (FieldError | string)[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    more: { errors?: (FieldError | string)[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

/** For what nothing has needed yet: names it, so that the caller knows what to add. */
export function notPlayed(what: string): ApiError {
  return new ApiError(501, `The playground does not play ${what}`);
}
