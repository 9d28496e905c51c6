import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonLook } from "../../../components/ui/Button.js";
import { JsonView } from "../../../components/ui/Copy.js";
import { Card } from "../../../components/ui/layout.js";
import { usePaths } from "../paths.js";
import { useConversationOf, type Customer, type Exchange } from "./simulatorQueries.js";

/** What became of a request: the normalized event, and the conversation it is in. */
export function EventPane({
  channelId,
  exchange,
  customer,
}: {
  channelId: string;
  exchange: Exchange | undefined;
  customer: Customer | undefined;
}) {
  const { t } = useTranslation("channels");
  const paths = usePaths();
  const conversation = useConversationOf(channelId, customer?.name);
  return (
    <Card
      title={t("simulator.event")}
      actions={
        conversation && (
          <Link to={paths.conversation(conversation.id)} className={buttonLook({ size: "sm" })}>
            {t("simulator.openConversation")}
          </Link>
        )
      }
    >
      {exchange?.event ? (
        <JsonView value={exchange.event} maxHeight={420} />
      ) : (
        <p className="text-text-3">
          {exchange?.direction === "out" ? t("simulator.noEventOut") : t("simulator.noEvent")}
        </p>
      )}
    </Card>
  );
}
