export { InvitationPage } from "./Invitation.js";
export { ForgotPage, ResetPage, VerifyPage } from "./Passwords.js";
export { SetupPage } from "./Setup.js";
export { SignInPage, TwoFactorPage } from "./SignIn.js";
