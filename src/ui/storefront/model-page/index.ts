export { ModelCode, ModelFaq, ModelFacts, RelatedModels } from "#ui/storefront/model-page/about.tsx";
export { ModelHead } from "#ui/storefront/model-page/head.tsx";
export { ModelPrices, PriceHistory } from "#ui/storefront/model-page/prices.tsx";
export { ModelQuality } from "#ui/storefront/model-page/quality.tsx";
