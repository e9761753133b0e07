/** What a request to a model may not ask for: whatever the provider itself would run, fetch or keep, for data could leave there. */
import type { Protocol } from "./gateway.ts";

type Json = Record<string, unknown>;

interface Rules {
  /** Fields of the request that must not be set, and what they ask for. */
  fields: { [field: string]: string };
  /** Fields that only these values may have; others are served at other prices. */
  values: { [field: string]: readonly unknown[] };
  /** Whether the agent itself runs this tool. What is not known to be so is the provider's. */
  isOwnTool(tool: Json): boolean;
  /** Where pieces of content begin, and where they hold further ones. Arguments and results of tools as JSON are none. */
  roots: readonly string[];
  inner: readonly string[];
  /** What one piece asks for; null: nothing that is refused. */
  pieceFault(piece: Json): string | null;
}

const ANTHROPIC_TOOLS = /^(?:custom|(?:bash|text_editor|computer|memory)_\d{8}|tool_search_tool_\w+)$/;
const OPENAI_TOOLS = new Set([
  "function",
  "custom",
  "local_shell",
  "apply_patch",
  "namespace",
  "tool_search",
]);
const GOOGLE_TOOLS = new Set(["functionDeclarations", "function_declarations"]);

const RULES: Record<Protocol, Rules> = {
  anthropic: {
    fields: {
      mcp_servers: "MCP servers that the provider calls",
      container: "a container of the provider",
    },
    values: {
      speed: ["standard"],
      inference_geo: ["global", "not_available"],
      service_tier: ["auto", "standard_only"],
    },
    isOwnTool: ({ type }) => isUnset(type) || (typeof type === "string" && ANTHROPIC_TOOLS.test(type)),
    roots: ["messages", "system"],
    inner: ["content", "source"],
    pieceFault: ({ type }) => {
      if (type === "url") return "a file from an address";
      if (type === "file") return "a file that the provider keeps";
      return type === "container_upload" ? "an upload to a container of the provider" : null;
    },
  },
  openai: {
    fields: {
      background: "an answer that the provider works on by itself",
      conversation: "a conversation that the provider keeps",
      previous_response_id: "an answer that the provider keeps",
      prompt: "a prompt that the provider keeps",
      web_search_options: "a web search by the provider",
      plugins: "plugins of the provider",
    },
    values: { service_tier: ["auto", "default"] },
    isOwnTool: ({ type, environment }) =>
      (typeof type === "string" && OPENAI_TOOLS.has(type)) ||
      (type === "shell" && isJson(environment) && environment["type"] === "local"),
    roots: ["input", "messages"],
    inner: ["content", "output", "file", "image_url", "video_url", "tools"],
    pieceFault: ({ type, image_url: image, video_url: video, url, file_url: fileUrl, file_id: fileId }) => {
      if (!isUnset(fileId)) return "a file that the provider keeps";
      if (type === "item_reference") return "an item that the provider keeps";
      return [image, video, url, fileUrl].some(isAddress) ? "a file from an address" : null;
    },
  },
  google: {
    fields: {
      cachedContent: "content that the provider keeps",
      cached_content: "content that the provider keeps",
    },
    values: {
      serviceTier: ["standard", "STANDARD"],
      service_tier: ["standard", "STANDARD"],
    },
    isOwnTool: (tool) => Object.keys(tool).every((key) => GOOGLE_TOOLS.has(key) || isUnset(tool[key])),
    roots: ["contents", "systemInstruction", "system_instruction"],
    inner: ["parts", "functionResponse", "function_response"],
    pieceFault: ({ fileData, file_data: sameFile }) =>
      isUnset(fileData) && isUnset(sameFile) ? null : "a file from an address",
  },
};

const ROUTING = /^(?:routing_?config|model_?config|model_?selection_?config)$/i;

/** Models that search the network by themselves, whatever tools they are given: OpenAI's, OpenRouter's variants, Perplexity's, Groq's; and what a provider keeps. */
const SEARCHING =
  /search-(?:preview|api)|deep-research|:online$|(?:^|\/)(?:sonar|compound)(?:[-:]|$)|^@preset\//i;

/** As `bodyFault`, of the model that is asked. */
export function modelFault(model: string): string | null {
  const shown = model.replace(/[^\w./:@-]/g, "?");
  if (/^arn:/i.test(model)) return `a model by an address of its own (${shown})`;
  return SEARCHING.test(model) ? `a model that searches the network (${shown})` : null;
}

/** What this request asks for that the gateway refuses, as the end of a sentence; null: nothing. */
export function bodyFault(protocol: Protocol, body: Json): string | null {
  const rules = RULES[protocol];
  const fields = Object.entries(rules.fields).find(([field]) => isSet(body[field]));
  if (fields !== undefined) return `${fields[1]} (${fields[0]})`;
  const values = Object.entries(rules.values).find(
    ([field, allowed]) => !isUnset(body[field]) && !allowed.includes(body[field]),
  );
  if (values !== undefined) return `a service at another price (${values[0]})`;
  return (
    editFault(body) ?? routingFault(body) ?? toolFault(rules, body["tools"]) ?? contentFault(rules, body)
  );
}

/** Anthropic's edits of a context only take something away, but for one that has a model sum it up, at a cost that its figures leave out. */
function editFault({ context_management: management }: Json): string | null {
  if (isUnset(management)) return null;
  const edits = isJson(management) ? management["edits"] : management;
  const list = Array.isArray(edits) ? edits : [edits];
  const strange = list.find(
    (edit) =>
      !isUnset(edit) &&
      !(isJson(edit) && typeof edit["type"] === "string" && edit["type"].startsWith("clear_")),
  );
  return strange === undefined ? null : "an edit of its context whose cost is not told (context_management)";
}

/** Vertex can send a request on to another model than the one that it is addressed to. */
function routingFault(body: Json): string | null {
  const generations = [body["generationConfig"], body["generation_config"]].filter(isJson);
  const found = generations.flatMap((one) => Object.keys(one)).find((name) => ROUTING.test(name));
  return found === undefined ? null : `a choice among models (${found})`;
}

function contentFault(rules: Rules, body: Json): string | null {
  // A list instead of calls: a hostile body can be nested deeper than the stack is.
  const open: unknown[] = rules.roots.map((root) => body[root]);
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (Array.isArray(value)) for (const inner of value) open.push(inner);
    if (!isJson(value)) continue;
    const fault = rules.pieceFault(value) ?? toolFault(rules, value["tools"]);
    if (fault !== null) return fault;
    for (const key of rules.inner) open.push(value[key]);
  }
  return null;
}

function toolFault(rules: Rules, tools: unknown): string | null {
  if (isUnset(tools)) return null;
  const list = Array.isArray(tools) ? tools : [tools];
  const strange = list.filter(isJson).find((tool) => !rules.isOwnTool(tool));
  if (strange !== undefined) return `a tool that the provider runs (${nameOf(strange)})`;
  return list.filter(isJson).reduce<string | null>((fault, tool) => fault ?? nested(rules, tool), null);
}

/** Tools of a namespace; deeper ones exist in no protocol. */
function nested(rules: Rules, { tools }: Json): string | null {
  if (isUnset(tools)) return null;
  const list = Array.isArray(tools) ? tools : [tools];
  const strange = list.find((tool) => !isJson(tool) || !rules.isOwnTool(tool) || !isUnset(tool["tools"]));
  return strange === undefined ? null : "a tool that the provider runs (nested)";
}

function nameOf(tool: Json): string {
  const name = typeof tool["type"] === "string" ? tool["type"] : Object.keys(tool).join(", ");
  return name.replace(/[^\w, .-]/g, "?").slice(0, 60);
}

/** Everything but what stands in the request itself. */
function isAddress(value: unknown): boolean {
  return typeof value === "string" && !/^data:/i.test(value);
}

function isSet(value: unknown): boolean {
  return !isUnset(value) && value !== false && !(Array.isArray(value) && value.length === 0);
}

function isUnset(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
