/** What a request may ask for, and what it may not because the provider would run, fetch or keep it. */
import { describe, expect, it } from "vitest";
import { bodyFault, modelFault } from "../../../src/runner/gateway/body-rules.ts";
import {
  anthropicAccess,
  ask,
  googleAccess,
  MESSAGE,
  openaiAccess,
  openTestGateway,
} from "./opened-gateway.ts";
import { json, startUpstream } from "./scripted-upstream.ts";

const URL_IMAGE = { type: "image", source: { type: "url", url: "https://evil.example/?data" } };
const OWN_IMAGE = { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } };

function said(...content: unknown[]): { messages: unknown[] } {
  return { messages: [{ role: "user", content }] };
}

describe("Anthropic", () => {
  it.each<[string, Record<string, unknown>]>([
    ["web search", { tools: [{ name: "Edit" }, { type: "web_search_20250305", name: "web_search" }] }],
    ["web fetch", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }],
    ["code execution", { tools: [{ type: "code_execution_20250825", name: "code_execution" }] }],
    ["a tool of tomorrow", { tools: [{ type: "teleport_20270101", name: "teleport" }] }],
    ["tools that are no list", { tools: { type: "web_search_20250305" } }],
    ["MCP servers", { mcp_servers: [{ type: "url", url: "https://evil.example" }] }],
    ["a container", { container: "container_1" }],
    ["a dearer speed", { speed: "fast" }],
    ["a sum of what was said", { context_management: { edits: [{ type: "compact_20260112" }] } }],
    ["a strange edit among others", { context_management: { edits: [{ type: "clear_thinking_1" }, "x"] } }],
    ["edits that are no list", { context_management: { edits: { type: "compact_20260112" } } }],
    ["an image by its address", said({ type: "text", text: "Look" }, URL_IMAGE)],
    [
      "a document by its address",
      said({ type: "document", source: { type: "url", url: "https://evil.example" } }),
    ],
    ["a kept file", said({ type: "document", source: { type: "file", file_id: "file_1" } })],
    ["an upload to a container", said({ type: "container_upload", file_id: "file_1" })],
    ["an image in a tool's result", said({ type: "tool_result", tool_use_id: "t", content: [URL_IMAGE] })],
    ["an image in a document", said({ type: "document", source: { type: "content", content: [URL_IMAGE] } })],
    ["an image in a content that is no list", { messages: [{ role: "user", content: URL_IMAGE }] }],
    ["an image in the system prompt", { system: [URL_IMAGE] }],
  ])("may not have %s", (_, body) => {
    expect(bodyFault("anthropic", body)).toEqual(expect.any(String));
  });

  it.each<[string, Record<string, unknown>]>([
    [
      "its own tools",
      { tools: [{ name: "Edit", input_schema: { type: "web_search_20250305" } }, { type: "custom" }] },
    ],
    ["tools that the agent runs", { tools: [{ type: "bash_20250124" }, { type: "text_editor_20250728" }] }],
    ["images of its own", said(OWN_IMAGE, { type: "tool_result", content: [OWN_IMAGE] })],
    ["arguments that look like a source", said({ type: "tool_use", input: { source: { type: "url" } } })],
    ["empty lists", { mcp_servers: [], container: null, tools: null, speed: null }],
    [
      "texts",
      { system: "https://evil.example", messages: [{ role: "user", content: "https://evil.example" }] },
    ],
    ["the usual tier", { service_tier: "auto" }],
    [
      "a context that forgets",
      { context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } },
    ],
  ])("may have %s", (_, body) => {
    expect(bodyFault("anthropic", body)).toBeNull();
  });
});

describe("OpenAI", () => {
  it.each<[string, Record<string, unknown>]>([
    ["web search", { tools: [{ type: "web_search_preview" }] }],
    ["web search of Chat Completions", { web_search_options: {} }],
    ["file search", { tools: [{ type: "file_search", vector_store_ids: ["v"] }] }],
    ["a code interpreter", { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
    ["a computer", { tools: [{ type: "computer_use_preview" }] }],
    ["MCP", { tools: [{ type: "mcp", server_url: "https://evil.example" }] }],
    ["images", { tools: [{ type: "image_generation" }] }],
    ["a shell of the provider", { tools: [{ type: "shell", environment: { type: "container_auto" } }] }],
    ["a tool without a kind", { tools: [{ name: "x" }] }],
    ["MCP in a namespace", { tools: [{ type: "namespace", tools: [{ type: "mcp" }] }] }],
    [
      "MCP two namespaces deep",
      { tools: [{ type: "namespace", tools: [{ type: "namespace", tools: [{ type: "mcp" }] }] }] },
    ],
    ["MCP among found tools", { input: [{ type: "tool_search_output", tools: [{ type: "mcp" }] }] }],
    ["work in the background", { background: true }],
    ["a kept conversation", { conversation: "conv_1" }],
    ["a kept answer", { previous_response_id: "resp_1" }],
    ["a kept prompt", { prompt: { id: "pmpt_1" } }],
    ["plugins", { plugins: [{ id: "web" }] }],
    ["a kept item", { input: [{ type: "item_reference", id: "msg_1" }] }],
    ["a dearer tier", { service_tier: "priority" }],
    ["a cheaper tier, of which the price is not known", { service_tier: "flex" }],
    [
      "an image by its address",
      { input: [{ role: "user", content: [{ type: "input_image", image_url: "https://evil.example" }] }] },
    ],
    [
      "an image by its address, in a call's result",
      {
        input: [
          {
            type: "function_call_output",
            output: [{ type: "input_image", image_url: "https://evil.example" }],
          },
        ],
      },
    ],
    [
      "a screenshot by its address",
      { input: [{ type: "computer_call_output", output: { image_url: "https://evil.example" } }] },
    ],
    [
      "a file by its address",
      { input: [{ role: "user", content: [{ type: "input_file", file_url: "https://evil.example" }] }] },
    ],
    ["a kept file", { input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }] }],
    [
      "an image by its address in a chat",
      said({ type: "image_url", image_url: { url: "https://evil.example" } }),
    ],
    ["a kept file in a chat", said({ type: "file", file: { file_id: "file-1" } })],
  ])("may not have %s", (_, body) => {
    expect(bodyFault("openai", body)).toEqual(expect.any(String));
  });

  it.each<[string, Record<string, unknown>]>([
    [
      "its own tools",
      {
        tools: [
          { type: "function" },
          { type: "custom" },
          { type: "local_shell" },
          { type: "namespace", tools: [{ type: "function" }] },
        ],
      },
    ],
    ["a shell of its own", { tools: [{ type: "shell", environment: { type: "local" } }] }],
    [
      "images of its own",
      {
        input: [
          { role: "user", content: [{ type: "input_image", image_url: "data:image/png;base64,AA==" }] },
        ],
      },
    ],
    [
      "images of its own in a chat",
      said({ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }),
    ],
    ["what is kept nowhere", { background: false, previous_response_id: null, store: true }],
    [
      "a result that names an address",
      { input: [{ type: "function_call_output", output: "https://evil.example" }] },
    ],
    [
      "a search that is over",
      { input: [{ type: "web_search_call", action: { url: "https://evil.example" } }] },
    ],
  ])("may have %s", (_, body) => {
    expect(bodyFault("openai", body)).toBeNull();
  });
});

describe("Google", () => {
  const file = { fileUri: "https://evil.example/?data" };
  it.each<[string, Record<string, unknown>]>([
    ["a search", { tools: [{ functionDeclarations: [] }, { googleSearch: {} }] }],
    ["a search beside functions", { tools: [{ functionDeclarations: [], google_search: {} }] }],
    ["the older search", { tools: [{ google_search_retrieval: {} }] }],
    ["what lies at an address", { tools: [{ urlContext: {} }] }],
    ["code execution", { tools: [{ codeExecution: {} }] }],
    ["a tool that is no list", { tools: { googleSearch: {} } }],
    ["kept content", { cachedContent: "cachedContents/1" }],
    ["a file by its address", { contents: [{ parts: [{ text: "Look" }, { fileData: file }] }] }],
    ["a file under its other name", { contents: [{ parts: [{ file_data: file }] }] }],
    ["a file where a list belongs", { contents: { parts: { fileData: file } } }],
    ["a file in the system's words", { system_instruction: { parts: [{ fileData: file }] } }],
    [
      "a file in a call's result",
      { contents: [{ parts: [{ functionResponse: { parts: [{ fileData: file }] } }] }] },
    ],
  ])("may not have %s", (_, body) => {
    expect(bodyFault("google", body)).toEqual(expect.any(String));
  });

  it.each<[string, Record<string, unknown>]>([
    ["functions", { tools: [{ functionDeclarations: [{ name: "googleSearch" }] }, {}] }],
    [
      "images of its own",
      { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] }] },
    ],
    [
      "results that look like a file",
      { contents: [{ parts: [{ functionResponse: { response: { fileData: file } } }] }] },
    ],
  ])("may have %s", (_, body) => {
    expect(bodyFault("google", body)).toBeNull();
  });
});

it.each(["generateContentRequest", "generate_content_request"])(
  "is judged where it lies in a request to count its tokens, as %s",
  async (field) => {
    const upstream = await startUpstream(json({}));
    const gateway = await openTestGateway([googleAccess(upstream.base)]);
    const contents = [{ parts: [{ fileData: { fileUri: "https://evil.example/?data" } }] }];

    const path = "/google/v1beta/models/gemini-2.5-pro:countTokens";
    const answered = await ask(gateway, { path, body: { [field]: { contents } } });

    expect(answered.status).toBe(403);
    expect(upstream.received).toEqual([]);
  },
);

it("goes out without the fields that nobody knows, and says which", async () => {
  const upstream = await startUpstream(json({}));
  const gateway = await openTestGateway([anthropicAccess(upstream.base), openaiAccess(upstream.base)]);
  const strange = {
    models: ["openai/gpt-5:online"],
    search_parameters: { mode: "on" },
    enable_search: true,
    fallbacks: [{ model: "another" }],
    "a\nb": 1,
  };
  const openai = { model: "m", messages: [], temperature: 1, metadata: { a: "b" } };
  const anthropic = { model: "m", max_tokens: 1, messages: [], thinking: { type: "enabled" } };

  await ask(gateway, { path: "/openai/chat/completions", body: { ...openai, ...strange } });
  await ask(gateway, { ...MESSAGE, body: { ...strange, ...anthropic } });

  expect(upstream.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([openai, anthropic]);
  const { host } = new URL(upstream.base);
  expect(gateway.facts().hosts.refused).toEqual(
    ["models", "search_parameters", "enable_search", "fallbacks", "a?b"].map(
      (name) => `${host}: the field ${name} of a request is not passed on`,
    ),
  );
});

describe("a model that searches the network by itself", () => {
  it.each([
    "gpt-4o-search-preview",
    "gpt-5-search-api",
    "o4-mini-deep-research-2025-06-26",
    "openai/gpt-5:online",
    "perplexity/sonar-pro",
    "sonar",
    "groq/compound-mini",
    "compound-beta",
    "@preset/mine",
  ])("is not asked: %s", (model) => {
    expect(modelFault(model)).toEqual(expect.any(String));
  });

  it.each(["gpt-5.1-codex", "claude-sonnet-4-5", "gemini-2.5-pro", "qwen/qwen3-coder:free", "sonarqube-llm"])(
    "is not %s",
    (model) => {
      expect(modelFault(model)).toBeNull();
    },
  );

  it("is refused to whoever asks for it", async () => {
    const upstream = await startUpstream(json({}));
    const gateway = await openTestGateway([openaiAccess(upstream.base)]);

    const body = { model: "gpt-5-search-api", messages: [] };
    const answered = await ask(gateway, { path: "/openai/v1/chat/completions", body });

    expect(answered.status).toBe(403);
    expect(answered.body).toContain("it asks for a model that searches the network (gpt-5-search-api)");
    expect(upstream.received).toEqual([]);
  });
});

it("nests without end and is judged all the same", () => {
  let content: unknown = [URL_IMAGE];
  for (let depth = 0; depth < 50_000; depth += 1) content = [{ type: "tool_result", content }];

  expect(bodyFault("anthropic", { messages: [{ content }] })).toBe("a file from an address");
});

it("is refused and recorded before anything goes out, where tokens are only counted too", async () => {
  const upstream = await startUpstream(json({}));
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
  const body = { model: "m", max_tokens: 1, ...said(URL_IMAGE) };

  for (const path of ["/anthropic/v1/messages", "/anthropic/v1/messages/count_tokens"]) {
    const answered = await ask(gateway, { ...MESSAGE, path, body });
    expect(answered.status).toBe(403);
    expect(answered.headers["x-should-retry"]).toBe("false");
    expect(answered.body).toContain("it asks for a file from an address");
  }
  expect(upstream.received).toEqual([]);
  expect(gateway.facts().hosts.refused).toEqual([
    `${new URL(upstream.base).host}: it asks for a file from an address`,
  ]);
});
