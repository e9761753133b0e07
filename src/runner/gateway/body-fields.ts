/** The fields of a request to a model that go on: what is not known to be harmless could switch on something of the provider's own. */
import type { Protocol } from "./gateway.ts";

/** Those that `body-rules.ts` looks into are among them; its refusals say more than a field that is missing. */
const FIELDS: Record<Protocol, ReadonlySet<string>> = {
  anthropic: wordsOf(`
    model messages system max_tokens stop_sequences stream temperature top_k top_p metadata thinking tools tool_choice cache_control
    context_management output_config output_format service_tier inference_geo speed mcp_servers container`),
  openai: wordsOf(`
    model input instructions messages stream stream_options store include text response_format verbosity reasoning reasoning_effort
    tools tool_choice parallel_tool_calls max_tool_calls functions function_call max_tokens max_completion_tokens max_output_tokens n
    temperature top_p top_k min_p frequency_penalty presence_penalty repetition_penalty seed stop logit_bias logprobs top_logprobs
    prediction truncation modalities audio prompt_cache_key client_metadata metadata user safety_identifier service_tier
    enable_thinking chat_template_kwargs background conversation previous_response_id prompt web_search_options plugins`),
  google: wordsOf(`
    model contents systemInstruction system_instruction tools toolConfig tool_config generationConfig generation_config safetySettings
    safety_settings generateContentRequest generate_content_request cachedContent cached_content serviceTier service_tier`),
};

export interface Fields {
  kept: Record<string, unknown>;
  /** Names of those that stay behind. */
  dropped: string[];
}

export function fieldsOf(protocol: Protocol, body: Record<string, unknown>): Fields {
  const all = Object.entries(body);
  return {
    kept: Object.fromEntries(all.filter(([name]) => FIELDS[protocol].has(name))),
    dropped: all.flatMap(([name]) => (FIELDS[protocol].has(name) ? [] : [name])),
  };
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
