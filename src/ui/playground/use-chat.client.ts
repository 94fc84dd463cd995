"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import { readChatStream } from "#ui/playground/chat-stream.ts";
import { askedTheSame, EMPTY_REPLY, fromTurn, requestBody, withoutTurn, type Column, type Parameters, type Reply, type Turn } from "#ui/playground/conversation.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

/** A secret is asked for anew when it has less than this left. */
const SPARE_MS = 60_000;

type Chat = Readonly<{
  columns: readonly Column[];
  running: boolean;
  send: (prompt: string, parameters: Parameters) => void;
  /** A reply once more; what came after it goes. */
  again: (id: string, at: number, parameters: Parameters) => void;
  /** A question in other words, to each model that was asked it; what came after it goes. */
  edit: (id: string, at: number, text: string, parameters: Parameters) => void;
  remove: (id: string, at: number) => void;
  /** Conversations as they were; what runs is given up. */
  restore: (columns: readonly Column[]) => void;
  stop: () => void;
  clear: () => void;
  setModel: (id: string, model: string) => void;
  compare: (model: string) => void;
  close: (id: string) => void;
}>;

/** Conversations with one or two models at once, through the relay's own address. They live in this page's memory only. */
export function useChat(first: string, second: string | undefined): Chat {
  const t = useTranslations("playground");
  const secret = useRelaySecret();
  const queries = useQueryClient();
  const trpc = useTRPC();
  const [columns, setColumns] = useState<readonly Column[]>(() => [{ id: "a", model: first, turns: [] }, ...(second === undefined ? [] : [{ id: "b", model: second, turns: [] }])]);
  const aborts = useRef(new Map<string, AbortController>());
  const update = useCallback((id: string, change: (turns: readonly Turn[]) => readonly Turn[]) =>
    setColumns((all) => all.map((column) => (column.id === id ? { ...column, turns: change(column.turns) } : column))), []);
  useEffect(() => {
    const running = aborts.current;
    return () => running.forEach((abort) => abort.abort());
  }, []);

  const run = async (id: string, model: string, turns: readonly Turn[], parameters: Parameters): Promise<void> => {
    const abort = new AbortController();
    aborts.current.set(id, abort);
    // What was given up for a conversation of before has nothing to say in it.
    const current = (): boolean => aborts.current.get(id) === abort;
    const reply = (change: (reply: Reply) => Partial<Reply>): void =>
      current() ? update(id, (now) => now.map((turn, at) => (at === now.length - 1 && turn.role === "assistant" ? { ...turn, ...change(turn) } : turn))) : undefined;
    update(id, () => [...turns, EMPTY_REPLY]);
    try {
      const response = await fetch("/v1/chat/completions", {
        method: "POST", signal: abort.signal,
        headers: { authorization: `Bearer ${await secret()}`, "content-type": "application/json" },
        body: JSON.stringify(requestBody(model, turns, parameters)),
      });
      reply(() => ({ requestId: response.headers.get("x-request-id") ?? undefined }));
      if (!response.ok || !response.body) throw new Error(await problemOf(response));
      await readChatStream(response.body, (delta) => reply((so) => ({ text: so.text + delta.text, reasoning: so.reasoning + delta.reasoning })));
      reply(() => ({ state: "done" }));
    } catch (error) {
      const stopped = abort.signal.aborted;
      reply(() => ({ state: stopped ? "stopped" : "failed", problem: stopped ? undefined : (error instanceof Error && error.message) || t("failed") }));
    } finally {
      if (aborts.current.get(id) === abort) aborts.current.delete(id);
      void queries.invalidateQueries({ queryKey: trpc.console.wallet.pathKey() });
    }
  };
  return {
    columns,
    running: columns.some(({ turns }) => isRunning(turns.at(-1))),
    send: (prompt, parameters) => {
      for (const { id, model, turns } of columns) void run(id, model, [...turns, { role: "user", text: prompt }], parameters);
    },
    again: (id, at, parameters) => {
      const column = columns.find((one) => one.id === id);
      if (column) void run(id, column.model, fromTurn(column.turns, at), parameters);
    },
    edit: (id, at, text, parameters) => {
      for (const column of askedTheSame(columns, id, at)) void run(column.id, column.model, fromTurn(column.turns, at, text), parameters);
    },
    remove: (id, at) => update(id, (turns) => withoutTurn(turns, at)),
    restore: (before) => {
      aborts.current.forEach((abort) => abort.abort());
      aborts.current.clear();
      setColumns((all) => all.map((column) => ({ ...column, turns: before.find(({ id }) => id === column.id)?.turns ?? column.turns })));
    },
    stop: () => aborts.current.forEach((abort) => abort.abort()),
    clear: () => setColumns((all) => all.map((column) => ({ ...column, turns: [] }))),
    setModel: (id, model) => setColumns((all) => all.map((column) => (column.id === id ? { ...column, model } : column))),
    compare: (model) => setColumns(([a]) => (a ? [a, { id: "b", model, turns: [] }] : [])),
    close: (id) => {
      aborts.current.get(id)?.abort();
      setColumns((all) => (all.length > 1 ? all.filter((column) => column.id !== id) : all));
    },
  };
}

const isRunning = (turn: Turn | undefined): boolean => turn?.role === "assistant" && turn.state === "running";

async function problemOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  return body?.error?.message ?? "";
}

/** The short-lived secret of this page, made at the first call and renewed in time; several calls at once share one. */
function useRelaySecret(): () => Promise<string> {
  const client = useTRPCClient();
  const held = useRef<Promise<{ secret: string; until: Date }>>(undefined);
  return useCallback(async () => {
    const kept = await held.current?.catch(() => undefined);
    if (kept && kept.until.getTime() - Date.now() > SPARE_MS) return kept.secret;
    const asked = client.console.playground.start.mutate();
    held.current = asked;
    return (await asked).secret;
  }, [client]);
}
