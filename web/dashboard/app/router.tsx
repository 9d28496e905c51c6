import { Suspense } from "react";
import { createBrowserRouter, Outlet } from "react-router";
import { PageSpinner } from "../components/ui/Spinner.js";
import { ErrorPage, NotFoundPage, StartPage } from "./pages.js";

const auth = () => import("../areas/auth/routes.js");

/** Every area is one module, fetched when it is first opened; it has its own routes below its address. */
export const router = createBrowserRouter([
  {
    element: (
      <Suspense fallback={<PageSpinner />}>
        <Outlet />
      </Suspense>
    ),
    errorElement: <ErrorPage />,
    HydrateFallback: PageSpinner,
    children: [
      { path: "/", Component: StartPage },
      { path: "/sign-in", lazy: async () => ({ Component: (await auth()).SignInPage }) },
      { path: "/setup", lazy: async () => ({ Component: (await auth()).SetupPage }) },
      { path: "/two-factor", lazy: async () => ({ Component: (await auth()).TwoFactorPage }) },
      { path: "/forgot", lazy: async () => ({ Component: (await auth()).ForgotPage }) },
      { path: "/reset", lazy: async () => ({ Component: (await auth()).ResetPage }) },
      { path: "/verify", lazy: async () => ({ Component: (await auth()).VerifyPage }) },
      { path: "/invitation", lazy: async () => ({ Component: (await auth()).InvitationPage }) },
      {
        path: "/w/:workspaceId",
        lazy: async () => ({ Component: (await import("./Shell.js")).Shell }),
        children: [
          { index: true, lazy: async () => ({ Component: (await import("../areas/home/routes.js")).HomeRoutes }) },
          {
            errorElement: <ErrorPage />,
            children: [
              {
                path: "home/*",
                lazy: async () => ({ Component: (await import("../areas/home/routes.js")).HomeRoutes }),
              },
              {
                path: "inbox/*",
                lazy: async () => ({ Component: (await import("../areas/inbox/routes.js")).InboxRoutes }),
              },
              {
                path: "contacts/*",
                lazy: async () => ({ Component: (await import("../areas/contacts/routes.js")).ContactsRoutes }),
              },
              {
                path: "channels/*",
                lazy: async () => ({ Component: (await import("../areas/channels/routes.js")).ChannelsRoutes }),
              },
              {
                path: "developers/*",
                lazy: async () => ({ Component: (await import("../areas/developers/routes.js")).DevelopersRoutes }),
              },
              {
                path: "operations/*",
                lazy: async () => ({ Component: (await import("../areas/operations/routes.js")).OperationsRoutes }),
              },
              {
                path: "settings/*",
                lazy: async () => ({ Component: (await import("../areas/settings/routes.js")).SettingsRoutes }),
              },
              { path: "*", Component: NotFoundPage },
            ],
          },
        ],
      },
      { path: "*", Component: NotFoundPage },
    ],
  },
]);
