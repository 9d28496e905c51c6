import type { ProviderTemplate, TemplatePart } from "../contract.js";
import type { GraphClient } from "../shared/graph/client.js";
import { compact, id, record, records, text, type Raw } from "../shared/read.js";

const pageSize = "100";
/** A business has at most 6,000 templates. */
const pagesMost = 100;

/** All templates of a business account, page by page. */
export async function templatesOf(
  graph: GraphClient,
  account: string,
  progress?: (soFar: number) => void,
): Promise<ProviderTemplate[]> {
  const found: ProviderTemplate[] = [];
  let after: string | undefined;
  for (let page = 0; page < pagesMost; page += 1) {
    const answer = await graph.get(`${account}/message_templates`, {
      fields: "id,name,language,status,category,quality_score,rejected_reason,components",
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...records(answer.data).map(template));
    progress?.(found.length);
    const paging = record(answer.paging);
    after = text(record(paging?.cursors)?.after);
    if (after === undefined || text(paging?.next) === undefined) break;
  }
  return found;
}

function template(given: Raw): ProviderTemplate {
  const reason = text(given.rejected_reason);
  return compact({
    id: id(given.id) ?? "",
    name: text(given.name) ?? "",
    language: text(given.language) ?? "",
    status: (text(given.status) ?? "unknown").toLowerCase(),
    category: (text(given.category) ?? "unknown").toLowerCase(),
    quality: text(record(given.quality_score)?.score)?.toLowerCase(),
    reason: reason === "NONE" ? undefined : reason,
    parts: records(given.components).flatMap(parts),
  });
}

function parts(component: Raw): TemplatePart[] {
  const words = text(component.text);
  switch (text(component.type)?.toUpperCase()) {
    case "HEADER": {
      const format = (text(component.format) ?? "TEXT").toLowerCase() as "text";
      return [compact({ in: "header" as const, format, text: words })];
    }
    case "BODY":
      return [{ in: "body", text: words ?? "" }];
    case "FOOTER":
      return [{ in: "footer", text: words ?? "" }];
    case "BUTTONS":
      return records(component.buttons).map((button, index) =>
        compact({
          in: "button" as const,
          index,
          type: (text(button.type) ?? "").toLowerCase(),
          label: text(button.text) ?? "",
          url: text(button.url),
        }),
      );
    default:
      return [];
  }
}
