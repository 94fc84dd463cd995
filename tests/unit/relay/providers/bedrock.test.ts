import { expect, test } from "vitest";
import { endpointUrl, providers } from "#relay/providers/index.ts";
import { signV4 } from "#relay/providers/kit/sigv4.ts";

const bedrock = providers.get("aws-bedrock")!;
const endpoint = [bedrock.paths.chat!].flat()[0]!;
const url = endpointUrl(bedrock, undefined, endpoint, { upstreamModel: "us.amazon.nova-micro-v1:0", stream: true });

test("the model stands in the address, streams have one of their own", () => {
  expect(url.href).toBe("https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-micro-v1%3A0/converse-stream");
  expect(endpointUrl(bedrock, "https://bedrock-runtime.eu-west-1.amazonaws.com/", endpoint, { upstreamModel: "m", stream: false }).href).toBe("https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse");
});

// The vendor's own example of a signed call. @see AWS General Reference, "Examples of the complete Signature Version 4 signing process"
test("a call is signed as the vendor's example shows", () => {
  const signed = signV4(
    { method: "GET", url: new URL("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"), headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, body: [], atMs: Date.UTC(2015, 7, 30, 12, 36) },
    { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" }, "us-east-1", "iam",
  );
  expect(signed).toEqual({
    "x-amz-date": "20150830T123600Z",
    authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  });
});

const call = { method: "POST", url, headers: { "content-type": "application/json" }, body: [Buffer.from("{}")], atMs: Date.UTC(2030, 0, 1) };

test.each([
  ["AKIA1|secret|eu-west-1", /Credential=AKIA1\/20300101\/us-east-1\/bedrock\/aws4_request/],
  ["us-west-2|AKIA1|secret", /Credential=AKIA1\/20300101\/us-east-1\//],
])("%s signs for the region of the address", (key, expected) => {
  expect(bedrock.authorize(key)).toEqual({});
  expect(bedrock.sign!(key, call).authorization).toMatch(expected);
  expect(bedrock.sign!(key, { ...call, url: new URL("http://127.0.0.1:1/model/m/converse") }).authorization).toContain(key.includes("eu-west-1") ? "/eu-west-1/" : "/us-west-2/");
});

test("a session goes along; an API key is sent as it is", () => {
  expect(bedrock.sign!("AKIA1|secret|token|us-east-1", call)).toMatchObject({ "x-amz-security-token": "token" });
  expect(bedrock.authorize("bedrock-api-key-1|us-east-1")).toEqual({ authorization: "Bearer bedrock-api-key-1" });
  expect(bedrock.sign!("bedrock-api-key-1", call)).toEqual({});
});
