//! The pages for signing in.

/// What the pages for signing in say.
#[derive(Debug)]
pub(in crate::web) struct SigningIn {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) name: &'static str,
    pub(in crate::web) password: &'static str,
    pub(in crate::web) button: &'static str,
    pub(in crate::web) no_account: &'static str,
    pub(in crate::web) link: &'static str,
    pub(in crate::web) link_button: &'static str,
    pub(in crate::web) link_over: &'static str,
    pub(in crate::web) wrong: &'static str,
    /// With the time to wait.
    pub(in crate::web) wait: &'static str,
}

pub(super) const ENGLISH: SigningIn = SigningIn {
    title: "Sign in",
    name: "Name",
    password: "Password",
    button: "Sign in",
    no_account: "No account yet? On the machine itself, {} makes one.",
    link: "This link signs you in once.",
    link_button: "Sign in with this link",
    link_over: "This link was used already, or its time is over. Ask for a new one, or sign in with \
                your password.",
    wrong: "Name and password do not fit.",
    wait: "Too many wrong passwords. Wait {} and try again.",
};

pub(super) const GERMAN: SigningIn = SigningIn {
    title: "Anmelden",
    name: "Name",
    password: "Passwort",
    button: "Anmelden",
    no_account: "Noch kein Konto? Auf dem Server selbst legt {} eines an.",
    link: "Mit diesem Link können Sie sich einmal anmelden.",
    link_button: "Mit diesem Link anmelden",
    link_over: "Dieser Link wurde schon benutzt oder ist abgelaufen. Lassen Sie sich einen neuen \
                geben, oder melden Sie sich mit Ihrem Passwort an.",
    wrong: "Name und Passwort passen nicht zusammen.",
    wait: "Zu viele falsche Passwörter. Bitte warten Sie {} und versuchen Sie es dann noch einmal.",
};
