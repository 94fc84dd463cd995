import type { Snippet } from "#ui/kit/snippet-tabs.client.tsx";

/** The same call in the clients that people use; `keyName` is the environment variable that holds the key. */
export const clientSnippets = (apiUrl: string, model: string, keyName: string): Snippet[] => [
  {
    name: "Python",
    parts: [
      ["k", "import"], ["", " os\n"], ["k", "from"], ["", " openai "], ["k", "import"], ["", " OpenAI\n\nclient = OpenAI(\n    base_url="], ["s", `"${apiUrl}"`],
      ["", ",\n    api_key=os.environ["], ["s", `"${keyName}"`], ["", "],\n)\n\nreply = client.chat.completions.create(\n    model="], ["s", `"${model}"`],
      ["", ",\n    messages=[{"], ["s", '"role"'], ["", ": "], ["s", '"user"'], ["", ", "], ["s", '"content"'], ["", ": "], ["s", '"Hello"'],
      ["", "}],\n)\n"], ["k", "print"], ["", "(reply.choices[0].message.content)"],
    ],
  },
  {
    name: "TypeScript",
    parts: [
      ["k", "import"], ["", " OpenAI "], ["k", "from"], ["", " "], ["s", '"openai"'], ["", ";\n\n"], ["k", "const"], ["", " client = "], ["k", "new"], ["", " OpenAI({\n  baseURL: "], ["s", `"${apiUrl}"`],
      ["", `,\n  apiKey: process.env.${keyName},\n});\n\n`], ["k", "const"], ["", " stream = "], ["k", "await"], ["", " client.chat.completions.create({\n  model: "], ["s", `"${model}"`],
      ["", ",\n  messages: [{ role: "], ["s", '"user"'], ["", ", content: "], ["s", '"Hello"'], ["", " }],\n  stream: "], ["k", "true"], ["", ",\n});"],
    ],
  },
  {
    name: "curl",
    parts: [
      ["", "curl "], ["s", `${apiUrl}/chat/completions`], ["", ` \\\n  -H "authorization: Bearer $${keyName}" \\\n  -H "content-type: application/json" \\\n  -d `],
      ["s", `'{"model": "${model}",\n       "messages": [{"role": "user",\n                     "content": "Hello"}]}'`],
    ],
  },
];
