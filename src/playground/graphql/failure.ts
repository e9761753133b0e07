/** What goes wrong inside a GraphQL answer: an entry of `errors` with GitHub's `type`. */
import { GraphQLError } from "graphql";
import { ApiError } from "../errors.ts";

/** The `type`s that GitHub documents nowhere and answers everywhere, and the playground's own. */
export type FailureType =
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "UNPROCESSABLE"
  | "STALE_DATA"
  | "RATE_LIMITED"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION"
  | "INVALID_CURSOR_ARGUMENTS"
  | "MAX_NODE_LIMIT_EXCEEDED"
  | "NOT_PLAYED"
  | "INTERNAL";

/** Thrown by resolvers: the field becomes null and the message an entry of `errors`. */
export class GraphqlFailure extends Error {
  readonly type: FailureType;

  constructor(type: FailureType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }
}

/** One entry of `errors`, in the order of keys that GitHub writes. */
export interface ErrorEntry {
  type?: FailureType;
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
  locations?: readonly { line: number; column: number }[];
  message: string;
}

const TYPE_OF_STATUS: Record<number, FailureType> = {
  401: "FORBIDDEN",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "STALE_DATA",
  422: "UNPROCESSABLE",
  501: "NOT_PLAYED",
};

/** Refusals keep their words; what is no refusal is a fault of the playground and carries its stack for who reads it. */
export function errorEntry(error: GraphQLError): ErrorEntry {
  const { message, path, locations, extensions } = error.toJSON();
  const cause = error.originalError;
  const type = failureType(cause);
  return {
    ...(type ? { type } : {}),
    ...(path ? { path } : {}),
    ...moreAbout(cause, extensions),
    ...(locations ? { locations } : {}),
    message,
  };
}

function failureType(cause: Error | null | undefined): FailureType | undefined {
  if (cause instanceof GraphqlFailure) return cause.type;
  if (cause instanceof ApiError) return TYPE_OF_STATUS[cause.status] ?? "UNPROCESSABLE";
  return cause && !(cause instanceof GraphQLError) ? "INTERNAL" : undefined;
}

function moreAbout(
  cause: Error | null | undefined,
  extensions: Record<string, unknown> | undefined,
): { extensions?: Record<string, unknown> } {
  if (failureType(cause) === "INTERNAL") return { extensions: { stack: cause?.stack } };
  if (failureType(cause) === "FORBIDDEN") return { extensions: { saml_failure: false } };
  return extensions && Object.keys(extensions).length > 0 ? { extensions } : {};
}
