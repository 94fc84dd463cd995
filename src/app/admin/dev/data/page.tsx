import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireStaff } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { CodeBlock } from "#ui/kit/code-block.tsx";
import { GalleryTables } from "#ui/kit/gallery-tables.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

export const metadata: Metadata = { title: "Data components", robots: { index: false } };

const CODE = `import os
from openai import OpenAI

client = OpenAI(base_url="https://shop.example/v1", api_key=os.environ["SHOP_API_KEY"])
for chunk in client.chat.completions.create(model="gpt-4o-mini", stream=True, messages=[]):
    print(chunk)  # piece by piece
`;

/** Tables, charts, code and histories in every state, in English only, as the other page of this folder says. */
export default async function DataGalleryPage() {
  const user = await requireStaff();
  const { env } = await shop();
  if (user.role !== "owner" || !env.devPages) notFound();
  return (
    <>
      <PageHeader title="Data components" description="Tables, charts, code and histories in every state" />
      <GalleryTables code={<CodeBlock code={CODE} language="python" title="stream.py" />} />
    </>
  );
}
