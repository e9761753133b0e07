/** Hosts that no registry may be: models answer only through the gateway's own routes, so no tunnel leads to one either, and GitHub is no registry. */

/** Each with all hosts under it. */
const MODEL_HOSTS = [
  "anthropic.com",
  "claude.ai",
  "claude.com",
  "openai.com",
  "chatgpt.com",
  "oaiusercontent.com",
  "openai.azure.com",
  "cognitiveservices.azure.com",
  "services.ai.azure.com",
  "inference.ai.azure.com",
  "generativelanguage.googleapis.com",
  "aiplatform.googleapis.com",
  "cloudcode-pa.googleapis.com",
  "gemini.google.com",
  "openrouter.ai",
  "mistral.ai",
  "cohere.ai",
  "cohere.com",
  "groq.com",
  "together.ai",
  "together.xyz",
  "fireworks.ai",
  "deepseek.com",
  "x.ai",
  "perplexity.ai",
  "cerebras.ai",
  "moonshot.ai",
  "moonshot.cn",
  "z.ai",
  "bigmodel.cn",
  "dashscope.aliyuncs.com",
  "dashscope-intl.aliyuncs.com",
  "models.github.ai",
  "api.githubcopilot.com",
  "githubcopilot.com",
  "router.huggingface.co",
  "api-inference.huggingface.co",
];

const GITHUB_HOSTS = ["github.com", "githubusercontent.com", "ghcr.io", "github.dev", "githubassets.com"];

/** The hosts of clouds have a region in their names. */
const REGIONAL = [
  /(?:^|\.)bedrock[a-z-]*\.[a-z0-9-]+(?:\.vpce)?\.amazonaws\.com(?:\.cn)?$/,
  /(?:^|\.)(?:bedrock[a-z-]*|aws-external-anthropic)\.[a-z0-9-]+\.api\.aws$/,
  /(?:-|^|\.)aiplatform(?:\.mtls|\.[a-z]+\.rep|-[a-z]+\.p)?\.googleapis\.com$/,
];

export function isModelHost(host: string): boolean {
  return isUnder(host, MODEL_HOSTS) || REGIONAL.some((one) => one.test(plain(host)));
}

/** `server`: further hosts of GitHub, such as that of a GitHub Enterprise Server. */
export function isGitHubHost(host: string, servers: readonly string[] = []): boolean {
  return isUnder(host, [...GITHUB_HOSTS, ...servers]);
}

function isUnder(host: string, names: readonly string[]): boolean {
  const wanted = plain(host);
  return names.some((name) => wanted === name || wanted.endsWith(`.${name}`));
}

/** A name may end with the dot of the root and is the same name. */
function plain(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}
