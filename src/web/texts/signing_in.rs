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
    pub(in crate::web) busy: &'static str,
    /// A form came after the session was over.
    pub(in crate::web) lost: &'static str,
    /// So did one with large files, which is not taken at all.
    pub(in crate::web) large_title: &'static str,
    pub(in crate::web) large: &'static str,
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
    busy: "Many are signing in at this moment. Try again.",
    lost: "Your session was over. What you just did was not done.",
    large_title: "Nothing was sent or saved",
    large: "Your session is probably over, and a form with so much attached is taken only from somebody who \
            is signed in. Go back in your browser and copy your text, sign in in another tab, then send \
            the form again.",
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
    busy: "Gerade melden sich viele zugleich an. Versuchen Sie es noch einmal.",
    lost: "Ihre Sitzung war abgelaufen. Was Sie gerade tun wollten, wurde nicht ausgeführt.",
    large_title: "Es wurde nichts gesendet oder gespeichert",
    large: "Ihre Sitzung ist vermutlich abgelaufen, und ein Formular mit so großen Anhängen wird nur \
            angenommen, wenn Sie angemeldet sind. Gehen Sie im Browser zurück und kopieren Sie Ihren Text, \
            melden Sie sich in einem anderen Tab an und senden Sie das Formular dann noch einmal.",
    wait: "Zu viele falsche Passwörter. Bitte warten Sie {} und versuchen Sie es dann noch einmal.",
};
