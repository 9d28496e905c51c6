import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Principal } from "../../identity/index.js";
import { asSealed } from "../../platform/sealed.js";
import { newSegment, segmentChange, segmentDto, type ContactFilters, type SegmentDto } from "../../wire/contacts.js";
import type { SegmentRow } from "./model.js";
import type { DeskDeps } from "./ports.js";

const segmentsMost = 200;
const place = (workspaceId: string) => ({ workspaceId, collection: "contact_segments", field: "filters" });

/** Saved filters of contacts. */
export function segmentEndpoints({ models: { segments }, keyring, clock }: DeskDeps): Endpoint[] {
  const tag = "Segments";
  const gone = () => new AppError("not_found", "There is no such segment.");
  /** What a caller sees: what is shared, and their own. */
  const seen = ({ workspaceId, callerId }: Principal) => ({
    workspaceId,
    $or: [{ shared: true }, { createdBy: callerId }],
  });
  const sealedFilters = async (workspaceId: string, filters: ContactFilters) =>
    asSealed(await keyring.seal(place(workspaceId), JSON.stringify(filters)));
  const present = async (row: SegmentRow): Promise<SegmentDto> => ({
    id: row._id,
    name: row.name,
    shared: row.shared,
    filters: JSON.parse(await keyring.open(place(row.workspaceId), row.filters)) as ContactFilters,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
  });

  return [
    endpoint({
      method: "get",
      path: "/contact-segments",
      tag,
      summary: "List segments",
      description: "Saved filters of contacts; the list takes the same filters.",
      scope: "contacts:read",
      answer: z.object({ data: z.array(segmentDto) }),
      async handle({ principal }) {
        const rows = await segments.find(seen(principal)).sort({ _id: 1 }).limit(segmentsMost).lean();
        return { data: await Promise.all(rows.map(present)) };
      },
    }),
    endpoint({
      method: "post",
      path: "/contact-segments",
      tag,
      summary: "Save a segment",
      scope: "contacts:write",
      body: newSegment,
      status: 201,
      answer: segmentDto,
      errors: ["unprocessable"],
      async handle({ principal: { workspaceId, callerId }, body: { name, shared, filters } }) {
        if ((await segments.countDocuments({ workspaceId }, { limit: segmentsMost })) >= segmentsMost) {
          throw new AppError("unprocessable", `A workspace has at most ${segmentsMost} segments.`, {
            reason: "segments_most",
            extensions: { most: segmentsMost },
          });
        }
        const row: SegmentRow = {
          _id: newId("segment"),
          workspaceId,
          name,
          shared,
          filters: await sealedFilters(workspaceId, filters),
          createdBy: callerId,
          createdAt: clock.now(),
        };
        await segments.create(row);
        return present(row);
      },
    }),
    endpoint({
      method: "patch",
      path: "/contact-segments/:id",
      tag,
      summary: "Change a segment",
      scope: "contacts:write",
      body: segmentChange,
      answer: segmentDto,
      async handle({ principal, params, body: { name, shared, filters } }) {
        const set = {
          ...(name === undefined ? {} : { name }),
          ...(shared === undefined ? {} : { shared }),
          ...(filters ? { filters: await sealedFilters(principal.workspaceId, filters) } : {}),
        };
        const row = await segments
          .findOneAndUpdate({ _id: params.id!, ...seen(principal) }, { $set: set }, { returnDocument: "after" })
          .lean();
        if (!row) throw gone();
        return present(row);
      },
    }),
    endpoint({
      method: "delete",
      path: "/contact-segments/:id",
      tag,
      summary: "Delete a segment",
      scope: "contacts:write",
      answer: null,
      async handle({ principal, params }) {
        const { deletedCount } = await segments.deleteOne({ _id: params.id!, ...seen(principal) });
        if (deletedCount === 0) throw gone();
        return undefined;
      },
    }),
  ];
}
