import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useAuthState, type Me } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { Dialog } from "../../components/ui/Dialog.js";
import { Elsewhere, SignInForm, TwoFactorForm } from "./forms.js";

/** The session ended while somebody was at work: they sign in over the page, and go on where they were. */
export function SignInAgain({ email, onDone, onLeave }: { email: string; onDone: () => void; onLeave: () => void }) {
  const { t } = useTranslation("auth");
  const [second, setSecond] = useState(false);
  const { data: state } = useAuthState();
  const before = queryClient.getQueryData<Me>(meQuery.queryKey)?.id;
  const [person] = useState(before);
  const done = () => {
    const now = queryClient.getQueryData<Me>(meQuery.queryKey)?.id;
    // Somebody else must not see what is left on the page.
    if (person !== undefined && now !== person) location.assign("/");
    else onDone();
  };
  return (
    <Dialog
      open
      size="sm"
      onOpenChange={(open) => {
        if (!open) onLeave();
      }}
      title={t("again.title")}
      description={t("again.text")}
    >
      <div className="flex flex-col gap-4 pt-1">
        {second ? (
          <TwoFactorForm onDone={done} />
        ) : (
          <>
            <SignInForm email={email} onDone={(result) => (result === "signed_in" ? done() : setSecond(true))} />
            {state && <Elsewhere providers={state.providers} next={location.pathname + location.search} />}
          </>
        )}
        <Button variant="ghost" onClick={onLeave}>
          {t("again.leave")}
        </Button>
      </div>
    </Dialog>
  );
}
