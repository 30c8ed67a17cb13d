/** What was traded, in the words that centres publish. */

import type { Text } from "../wire";

export const CATEGORIES: Record<"land" | "mining" | "property" | "procurement" | "works" | "quota" | "intermediary" | "judicial" | "other", Text> = {
  land: { zh: "土地使用权", en: "Land-use rights" },
  mining: { zh: "矿业权", en: "Mining rights" },
  property: { zh: "产权", en: "Property rights" },
  procurement: { zh: "政府采购", en: "Government procurement" },
  works: { zh: "工程建设", en: "Construction works" },
  quota: { zh: "指标与配额", en: "Quotas" },
  intermediary: { zh: "中介服务", en: "Intermediary services" },
  judicial: { zh: "司法拍卖", en: "Judicial sales" },
  other: { zh: "其他", en: "Other" },
};
