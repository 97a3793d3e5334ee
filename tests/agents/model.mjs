// Plays the model behind real agents: whatever they ask, it answers what a script says next. It speaks
// what they speak: Anthropic's Messages, OpenAI's Responses and Chat Completions, and Gemini's.
//
//   node model.mjs SCRIPT LOG
//
// SCRIPT is a JSON list of steps, one for each request that offers tools:
//   {"write": [PATH, TEXT]}   call the tool that writes a file
//   {"read": PATH}            call the tool that reads a file
//   {"run": COMMAND}          call the tool that runs a command
//   {"call": [TOOL, INPUT]}   call a tool of an MCP server
//   {"fail": STATUS}          refuse with this HTTP status, and a pause of `after` seconds
//   {"hang": true}            answer nothing, ever
//   {"say": TEXT}             end the turn
// Behind the last step it goes on with `{"say": "Done."}`, or with the last step again where that has
// `"always": true`. The port is printed on a line; LOG gets a line for each request.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const [scriptPath, logPath] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(scriptPath, "utf8"));
let served = 0;

// What every answer is said to have used.
const USED = { fresh: 100, cached: 1000, written: 10, said: 20, thought: 5 };
const WENT_IN = USED.fresh + USED.cached + USED.written;
const CAME_OUT = USED.said + USED.thought;

const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const writeByShell = ([path, text]) =>
  `mkdir -p "$(dirname ${shell(path)})" && printf %s ${shell(text)} > ${shell(path)}`;

// How the agents' tools are called, by their names.
const WRITERS = {
  Write: ([file_path, content]) => ({ file_path, content }),
  write_file: ([file_path, content]) => ({ file_path, content }),
  write: ([filePath, content]) => ({ filePath, content }),
  exec_command: (file) => ({ cmd: writeByShell(file) }),
};
const READERS = {
  read_file: (file_path) => ({ file_path }),
};
const RUNNERS = {
  Bash: (command) => ({ command, description: "run it" }),
  bash: (command) => ({ command, description: "run it" }),
  run_shell_command: (command) => ({ command }),
  exec_command: (cmd) => ({ cmd }),
};

const CALLS = { write: WRITERS, read: READERS, run: RUNNERS };

// What a request asks for, whatever it is spoken in: the names of its tools, the form of the answer.
const PROTOCOLS = [
  {
    fits: (path) => path.endsWith("/v1/messages"),
    tools: (body) => (body.tools ?? []).map((tool) => tool.name),
    error: (status) => {
      const kind = { 429: "rate_limit_error", 529: "overloaded_error" }[status] ?? "api_error";
      return { type: "error", error: { type: kind, message: `refused with ${status}` } };
    },
    answer: messages,
  },
  {
    fits: (path) => path.endsWith("/responses"),
    tools: (body) => {
      const offered = [...(body.tools ?? []), ...body.input.flatMap((item) => item.tools ?? [])];
      return offered.flatMap((tool) => tool.tools ?? [tool]).map((tool) => tool.name);
    },
    error: (status) => ({ error: { message: `refused with ${status}`, type: "server_error" } }),
    answer: responses,
  },
  {
    fits: (path) => path.endsWith("/chat/completions"),
    tools: (body) => (body.tools ?? []).map((tool) => tool.function.name),
    error: (status) => ({ error: { message: `refused with ${status}`, type: "server_error" } }),
    answer: completions,
  },
  {
    fits: (path) => /:(stream)?[gG]enerateContent$/.test(path),
    tools: (body) =>
      (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []).map((it) => it.name),
    error: (status) => ({ error: { code: status, message: `refused with ${status}` } }),
    answer: contents,
  },
];

function messages(body, { call, text }, id) {
  const block = call
    ? { type: "tool_use", id: `toolu_${id}`, name: call.name, input: call.input }
    : { type: "text", text };
  const delta = call
    ? { type: "input_json_delta", partial_json: JSON.stringify(call.input) }
    : { type: "text_delta", text };
  const usage = {
    input_tokens: USED.fresh,
    cache_creation_input_tokens: USED.written,
    cache_read_input_tokens: USED.cached,
  };
  const head = { id: `msg_${id}`, type: "message", role: "assistant", model: body.model };
  const stop_reason = call ? "tool_use" : "end_turn";
  const whole = { ...head, content: [block], stop_reason, usage: { ...usage, output_tokens: CAME_OUT } };
  const start = { ...head, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  const events = [
    { type: "message_start", message: start },
    { type: "content_block_start", index: 0, content_block: call ? { ...block, input: {} } : { ...block, text: "" } },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason }, usage: { output_tokens: CAME_OUT } },
    { type: "message_stop" },
  ];
  return { whole, events, streams: body.stream };
}

function responses(body, { call, text }, id) {
  // The tools of an MCP server are called by their own names and the server's.
  const servers = (body.tools ?? []).filter((tool) => tool.name?.startsWith("mcp__"));
  const server = call && servers.find((it) => it.tools?.some((tool) => tool.name === call.name));
  const item = call
    ? { type: "function_call", namespace: server?.name, id: `fc_${id}`, call_id: `call_${id}`, name: call.name, arguments: JSON.stringify(call.input) }
    : { type: "message", id: `msg_${id}`, role: "assistant", content: [{ type: "output_text", text, annotations: [] }] };
  const usage = {
    input_tokens: WENT_IN,
    input_tokens_details: { cached_tokens: USED.cached },
    output_tokens: CAME_OUT,
    output_tokens_details: { reasoning_tokens: USED.thought },
    total_tokens: WENT_IN + CAME_OUT,
  };
  const response = { id: `resp_${id}`, object: "response", created_at: 1, model: body.model, status: "completed", output: [item], usage };
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [], usage: null } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress" } },
    { type: "response.output_item.done", output_index: 0, item: { ...item, status: "completed" } },
    { type: "response.completed", response },
  ];
  return { whole: response, events, streams: body.stream };
}

function completions(body, { call, text }, id) {
  const message = call
    ? {
        role: "assistant",
        content: null,
        tool_calls: [{ index: 0, id: `call_${id}`, type: "function", function: { name: call.name, arguments: JSON.stringify(call.input) } }],
      }
    : { role: "assistant", content: text };
  const usage = {
    prompt_tokens: WENT_IN,
    prompt_tokens_details: { cached_tokens: USED.cached },
    completion_tokens: CAME_OUT,
    completion_tokens_details: { reasoning_tokens: USED.thought },
    total_tokens: WENT_IN + CAME_OUT,
  };
  const head = { id: `chatcmpl-${id}`, object: "chat.completion.chunk", created: 1, model: body.model };
  const finish_reason = call ? "tool_calls" : "stop";
  const whole = { ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage };
  const events = [
    { ...head, choices: [{ index: 0, delta: message, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: {}, finish_reason }] },
    { ...head, choices: [], usage },
    "[DONE]",
  ];
  return { whole, events, streams: body.stream };
}

function contents(body, { call, text }, id, path) {
  const part = call ? { functionCall: { id: `call_${id}`, name: call.name, args: call.input } } : { text };
  const usageMetadata = {
    promptTokenCount: WENT_IN,
    cachedContentTokenCount: USED.cached,
    candidatesTokenCount: USED.said,
    thoughtsTokenCount: USED.thought,
    totalTokenCount: WENT_IN + CAME_OUT,
  };
  const modelVersion = path.split("/models/")[1].split(":")[0];
  const candidate = { index: 0, content: { role: "model", parts: [part] }, finishReason: "STOP" };
  const whole = { responseId: `r${id}`, modelVersion, candidates: [candidate], usageMetadata };
  return { whole, events: [whole], streams: path.includes(":stream") };
}

// A value of the form that a request without tools asks for: a route, a title.
function sample(schema) {
  const kind = `${schema?.type ?? "string"}`.toLowerCase();
  if (schema?.enum) return schema.enum[0];
  if (kind === "object") {
    const members = Object.entries(schema.properties ?? {});
    return Object.fromEntries(members.map(([name, member]) => [name, sample(member)]));
  }
  return { array: [], number: 1, integer: 1, boolean: false }[kind] ?? "x";
}

function besides(body) {
  const schema =
    body.output_config?.format?.schema ?? body.text?.format?.schema ??
    body.generationConfig?.responseJsonSchema ?? body.generationConfig?.responseSchema;
  return { say: schema ? JSON.stringify(sample(schema)) : "A title" };
}

function nextStep() {
  const last = steps[steps.length - 1];
  const step = steps[served] ?? (last?.always ? last : { say: "Done." });
  served += 1;
  return step;
}

function toolCall(step, offered) {
  if (step.call) {
    const [wanted, input] = step.call;
    const name = offered.find((tool) => tool === wanted || tool.endsWith(`__${wanted}`));
    return name && { name, input };
  }
  const [kind] = Object.keys(CALLS).filter((kind) => step[kind]);
  const [tools, input] = [CALLS[kind], step[kind]];
  const name = Object.keys(tools).find((tool) => offered.includes(tool));
  return name && { name, input: tools[name](input) };
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = request.url.split("?")[0];
  const protocol = request.method === "POST" && PROTOCOLS.find((it) => it.fits(path));
  const json = (value, status = 200, headers = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(value));
  };
  if (!protocol) return json(path.includes("ount") ? { input_tokens: 1, totalTokens: 1 } : { data: [] });
  const body = JSON.parse(Buffer.concat(chunks).toString());
  const offered = protocol.tools(body);
  const step = offered.length > 0 ? nextStep() : besides(body);
  const calls = step.call || Object.keys(CALLS).some((kind) => step[kind]);
  const call = calls && toolCall(step, offered);
  appendFileSync(logPath, JSON.stringify({ path, step, called: call?.name ?? null, body }) + "\n");
  if (step.hang) return;
  if (step.fail) {
    const headers = step.after === undefined ? {} : { "retry-after": `${step.after}` };
    return json(protocol.error(step.fail), step.fail, headers);
  }
  const id = `${process.pid}_${served}_${Date.now()}`;
  const { whole, events, streams } = protocol.answer(body, { call, text: step.say ?? "Done." }, id, path);
  if (!streams) return json(whole);
  response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
  for (const event of events) {
    const data = typeof event === "string" ? event : JSON.stringify(event);
    response.write(`${event.type ? `event: ${event.type}\n` : ""}data: ${data}\n\n`);
  }
  response.end();
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
