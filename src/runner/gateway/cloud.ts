/** Where a cloud serves a vendor's models, what it wants otherwise for the same requests: an address, a model's name, fields of the body. */
import { isModelHost } from "./barred-host.ts";
import type { Protocol, Venue } from "./gateway.ts";

/** What an address of a cloud is without `https://`, and how people write it. */
interface Base {
  is: RegExp;
  written: string;
}

/** Where a service lies at Vertex, in one region or, without a name before, in all. */
function atVertex(behind: string): Base {
  const path = String.raw`\/v1\/projects\/[^/]+\/locations\/[^/]+${behind}`;
  return {
    is: new RegExp(String.raw`^(?:[a-z0-9-]+-)?aiplatform(?:\.[a-z]+\.rep)?\.googleapis\.com${path}$`),
    written: `https://<region>-aiplatform.googleapis.com/v1/projects/<project>/locations/<region>${behind}`,
  };
}

/**
 * Bedrock speaks Anthropic's protocol at its mantle; its older interface has other names for models, and no list of them. Vertex speaks both
 * Google's and Anthropic's under a publisher's models: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude.
 */
const CLOUDS: Record<Exclude<Venue, "vendor">, { host: RegExp; bases: Partial<Record<Protocol, Base>> }> = {
  bedrock: {
    host: /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/,
    bases: {
      anthropic: {
        is: /^bedrock-mantle\.[a-z0-9-]+\.api\.aws\/anthropic$/,
        written: "https://bedrock-mantle.<region>.api.aws/anthropic",
      },
      openai: {
        is: /^bedrock-(?:mantle\.[a-z0-9-]+\.api\.aws\/(?:openai\/)?v1|runtime\.[a-z0-9-]+\.amazonaws\.com\/openai\/v1)$/,
        written: "https://bedrock-mantle.<region>.api.aws/v1",
      },
    },
  },
  vertex: {
    host: /aiplatform/,
    bases: { anthropic: atVertex(""), google: atVertex(""), openai: atVertex("/endpoints/openapi") },
  },
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/;

/** Who serves at this address. A `fault` says how an address of that cloud has to be written. */
export function venueOf(protocol: Protocol, base: string): { venue: Venue } | { fault: string } {
  const { hostname, pathname } = new URL(base);
  const host = hostname.replace(/\.$/, "");
  if (!isModelHost(host)) return { venue: "vendor" };
  for (const venue of ["bedrock", "vertex"] as const) {
    const { host: hosts, bases } = CLOUDS[venue];
    if (!hosts.test(host)) continue;
    const wanted = bases[protocol];
    if (wanted === undefined) return { fault: "its models do not speak this protocol" };
    return wanted.is.test(`${hostname}${pathname}`) ? { venue } : { fault: `write it as ${wanted.written}` };
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

/** The name that a model of Anthropic's has in its vendor's list of prices, whatever a cloud calls it. */
export function vendorsName(model: string): string {
  const [name = model] = /claude-.+$/.exec(model) ?? [];
  return name.replace("@", "-").replace(/-v\d+(?::\d+)?$/, "");
}

/** Where a request goes behind the provider's address; null: nothing of the kind is served there. */
export function pathAt(venue: Venue, { protocol, isAnswer, path, model, isStream }: Served): string | null {
  if (venue === "vendor" || protocol === "openai") return path;
  // The name is the client's to choose; it becomes a part of the address, or could be another's address itself.
  if (model !== null && !NAME.test(model)) return null;
  if (venue === "bedrock") return path;
  if (model === null) return null;
  // Behind the version, which Vertex has in its address.
  if (protocol === "google") return path.replace(/^\/v1(?:beta)?/, "/publishers/google");
  const name = isAnswer ? modelAt(venue, model) : "count-tokens";
  const verb = isAnswer && isStream ? "streamRawPredict" : "rawPredict";
  return `/publishers/anthropic/models/${name}:${verb}`;
}

/** Fields of the body that are others at this venue; undefined: the field stays behind. */
export function fieldsAt(
  venue: Venue,
  { protocol, isAnswer, model }: Pick<Served, "protocol" | "isAnswer" | "model">,
): Record<string, unknown> {
  if (venue === "vendor" || protocol === "openai" || model === null) return {};
  // There it could name another model, or one of another project.
  if (protocol === "google") return { model: undefined };
  const named = modelAt(venue, model);
  // Bedrock refuses requests whose user is not a plain word, and Claude Code's is JSON.
  if (venue === "bedrock") return { model: named, metadata: undefined };
  return { anthropic_version: "vertex-2023-10-16", model: isAnswer ? undefined : named };
}
