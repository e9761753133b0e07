/** Where a cloud serves a vendor's models, what it wants otherwise for the same requests: an address, a model's name, fields of the body. */
import type { Protocol, Venue } from "./gateway.ts";

interface Cloud {
  /** Its hosts, each of which has a region in its name or is for all of them. */
  host: RegExp;
  /** What follows the host where it speaks a protocol; the text is for people who wrote something else. */
  bases: Partial<Record<Protocol, { path: RegExp; written: string }>>;
}

const VERTEX_BASE = {
  path: /^\/v1\/projects\/[^/]+\/locations\/[^/]+$/,
  written: "https://<region>-aiplatform.googleapis.com/v1/projects/<project>/locations/<region>",
};

/**
 * Bedrock speaks Anthropic's protocol under `/anthropic` and OpenAI's under `/v1` or `/openai/v1`. Vertex speaks both Google's and
 * Anthropic's under a publisher's models: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude.
 */
const CLOUDS: Record<Exclude<Venue, "vendor">, Cloud> = {
  bedrock: {
    host: /^bedrock-(?:runtime\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|mantle\.[a-z0-9-]+\.api\.aws)$/,
    bases: {
      anthropic: {
        path: /^\/anthropic$/,
        written: "https://bedrock-runtime.<region>.amazonaws.com/anthropic",
      },
    },
  },
  vertex: {
    host: /^(?:[a-z0-9-]+-)?aiplatform(?:\.[a-z]+\.rep)?\.googleapis\.com$/,
    bases: { anthropic: VERTEX_BASE, google: VERTEX_BASE },
  },
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/;

/** Who serves at this address. A `fault` says how an address of that cloud has to be written. */
export function venueOf(protocol: Protocol, base: string): { venue: Venue } | { fault: string } {
  const { hostname, pathname } = new URL(base);
  for (const venue of ["bedrock", "vertex"] as const) {
    const { host, bases } = CLOUDS[venue];
    if (!host.test(hostname)) continue;
    const wanted = bases[protocol];
    return wanted === undefined || wanted.path.test(pathname)
      ? { venue }
      : { fault: `write it as ${wanted.written}` };
  }
  return { venue: "vendor" };
}

/** A request of a protocol whose model is known. */
export interface Served {
  protocol: Protocol;
  /** Whether a model answers, or is only asked about. */
  isAnswer: boolean;
  /** Behind the protocol's base, with its query. */
  path: string;
  /** null: the request is about none. */
  model: string | null;
  isStream: boolean;
}

/** The model's name at this venue. Agents know those of the vendor; a name that is the cloud's own stays as it is. */
export function modelAt(venue: Venue, model: string): string {
  const [, name = "", date] = /^(claude-.+?)(?:-(20\d{6}))?$/.exec(model) ?? [];
  if (name === "" || venue === "vendor") return model;
  if (venue === "bedrock") return `anthropic.${name}`;
  return date === undefined ? model : `${name}@${date}`;
}

/** Where a request goes behind the provider's address; null: nothing of the kind is served there. */
export function pathAt(venue: Venue, { protocol, isAnswer, path, model, isStream }: Served): string | null {
  if (venue !== "vertex" || protocol === "openai") return path;
  if (model === null) return null;
  // Behind the version, which Vertex has in its address.
  if (protocol === "google") return path.replace(/^\/v1(?:beta)?/, "/publishers/google");
  const name = isAnswer ? modelAt(venue, model) : "count-tokens";
  const verb = isAnswer && isStream ? "streamRawPredict" : "rawPredict";
  // The name is the client's to choose, and here it becomes a part of the address.
  return NAME.test(name) ? `/publishers/anthropic/models/${name}:${verb}` : null;
}

/** Fields of the body that are others at this venue; undefined: the field stays behind. */
export function fieldsAt(
  venue: Venue,
  { protocol, isAnswer, model }: Pick<Served, "protocol" | "isAnswer" | "model">,
): Record<string, unknown> {
  if (protocol !== "anthropic" || venue === "vendor" || model === null) return {};
  const named = modelAt(venue, model);
  if (venue === "bedrock") return { model: named };
  return { anthropic_version: "vertex-2023-10-16", model: isAnswer ? undefined : named };
}
