-- Models that are other models with parameters set: {model, reasoning, max_tokens, temperature, top_p}.

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "preset" JSONB;
