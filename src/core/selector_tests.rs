use super::*;

fn read(text: &str) -> Selector {
    text.parse().unwrap()
}

fn suggestion(text: &str) -> Option<String> {
    text.parse::<Selector>().unwrap_err().suggestion
}

fn notice(kind: Kind, platform: Option<Platform>, subject: &str) -> Notice {
    Notice {
        kind,
        platform,
        host: Some("forum.example".into()),
        subject: subject.into(),
        from: vec!["noreply@mail.forum.example".into()],
        list_id: Some("lounge.forum.example".into()),
        unreadable: false,
        ..crate::core::notice::read(b"")
    }
}

fn discourse(subject: &str) -> Notice {
    notice(Kind::Notification, Some(Platform::Discourse), subject)
}

fn rules(hold: Option<&[&str]>, never_hold: &[&str], urgent: &[&str]) -> Rules {
    let read_all = |texts: &[&str]| texts.iter().map(|text| read(text)).collect::<Vec<_>>();
    Rules { hold: hold.map(read_all), never_hold: read_all(never_hold), urgent: read_all(urgent) }
}

#[test]
fn every_platform_name_is_a_selector_and_is_written_back_as_it_was_read() {
    for platform in Platform::ALL {
        assert_eq!(read(platform.name()), Selector::Platform(platform, None));
    }
    for text in [
        "rt@help.example",
        "list:a.b.example",
        "from:a@b.example",
        "from:@b.example",
        "subject:Très urgent",
        "priority:high",
    ] {
        assert_eq!(read(text).to_string(), text);
    }
}

#[test]
fn case_and_spaces_around_the_parts_do_not_matter() {
    assert_eq!(read(" Discourse@Forum.Example "), read("discourse@forum.example"));
    assert_eq!(read("From: @Family.Example"), read("from:@family.example"));
    assert_eq!(read("list:<Dev.Lists.Example>"), read("list:dev.lists.example"));
}

#[test]
fn a_slip_gets_the_spelling_that_works() {
    assert_eq!(suggestion("discource").as_deref(), Some("discourse"));
    assert_eq!(suggestion("redmin@bugs.example").as_deref(), Some("redmine@bugs.example"));
    assert_eq!(suggestion("form:@a.example").as_deref(), Some("from:@a.example"));
    assert_eq!(suggestion("from:a.example").as_deref(), Some("from:@a.example"));
    assert_eq!(suggestion("alice@family.example").as_deref(), Some("from:alice@family.example"));
    assert_eq!(suggestion("list:dev@lists.example").as_deref(), Some("list:dev.lists.example"));
    assert_eq!(suggestion("priority:urgent").as_deref(), Some("priority:high"));
    assert_eq!(suggestion("subject:").as_deref(), Some("subject:urgent"));
    assert_eq!(suggestion("something else"), None);
    assert_eq!(suggestion(""), None);
}

#[test]
fn a_host_narrows_a_platform() {
    assert!(read("discourse").matches(&discourse("")));
    assert!(read("discourse@forum.example").matches(&discourse("")));
    assert!(!read("discourse@other.example").matches(&discourse("")));
    assert!(!read("glpi").matches(&discourse("")));
}

#[test]
fn gitea_and_forgejo_select_each_other() {
    let forgejo = notice(Kind::Notification, Some(Platform::Forgejo), "");
    assert!(read("gitea").matches(&forgejo) && read("forgejo").matches(&forgejo));
    assert!(!read("gitlab").matches(&forgejo));
}

#[test]
fn a_domain_includes_its_subdomains_and_nothing_that_merely_ends_alike() {
    assert!(read("from:@forum.example").matches(&discourse("")));
    assert!(read("from:@mail.forum.example").matches(&discourse("")));
    assert!(!read("from:@orum.example").matches(&discourse("")));
    assert!(read("from:noreply@mail.forum.example").matches(&discourse("")));
    assert!(!read("from:noreply@forum.example").matches(&discourse("")));
}

#[test]
fn a_subject_matches_whole_words_in_any_case() {
    let urgent = read("subject:urgent");
    assert!(urgent.matches(&discourse("[URGENT] serveur arrêté")));
    assert!(urgent.matches(&discourse("C'est urgent !")));
    assert!(!urgent.matches(&discourse("Rien d'urgente nature")));
    assert!(!urgent.matches(&discourse("insurgent")));
    assert!(read("subject:à l'aide").matches(&discourse("À L'AIDE !")));
    assert!(read("subject:[alerte]").matches(&discourse("x[ALERTE]y")));
}

#[test]
fn by_default_every_platform_is_held_but_lists_are_not() {
    let default = rules(None, &[], &[]);
    assert_eq!(default.classify(&discourse("")), Class::Match(None));
    assert_eq!(default.classify(&notice(Kind::Notification, Some(Platform::Mailinglist), "")), Class::Unnamed);
    assert_eq!(default.classify(&notice(Kind::Other, None, "")), Class::Unknown);
}

#[test]
fn naming_mailinglist_holds_lists() {
    let list = notice(Kind::Notification, Some(Platform::Mailinglist), "");
    assert_eq!(rules(Some(&["mailinglist"]), &[], &[]).classify(&list), Class::Match(Some(read("mailinglist"))));
    assert_eq!(rules(Some(&["glpi"]), &[], &[]).classify(&list), Class::Unnamed);
}

#[test]
fn a_named_sender_list_or_subject_is_held_though_not_recognised() {
    for selector in ["from:@forum.example", "list:lounge.forum.example", "subject:menu"] {
        let class = rules(Some(&[selector]), &[], &[]).classify(&notice(Kind::Other, None, "Menu"));
        assert_eq!(class, Class::Match(Some(read(selector))));
    }
}

#[test]
fn account_mail_bounces_and_digests_are_never_held_whatever_is_named() {
    let greedy = rules(Some(&["from:@forum.example", "discourse"]), &[], &["from:@forum.example"]);
    let class = |kind| greedy.classify(&notice(kind, Some(Platform::Discourse), ""));
    assert_eq!(class(Kind::Account), Class::Account);
    assert_eq!(class(Kind::Bounce), Class::Bounce);
    assert_eq!(class(Kind::Digest), Class::Digest);
}

#[test]
fn never_hold_wins_over_hold_and_urgent() {
    let rules = rules(Some(&["discourse"]), &["from:@forum.example"], &["subject:urgent"]);
    assert_eq!(rules.classify(&discourse("urgent")), Class::NeverHold(read("from:@forum.example")));
}

#[test]
fn only_what_is_held_can_be_urgent() {
    let rules = rules(Some(&["discourse"]), &[], &["subject:urgent", "priority:high"]);
    assert_eq!(rules.classify(&discourse("Urgent !")), Class::Urgent(read("subject:urgent")));
    assert_eq!(rules.classify(&Notice { urgent: true, ..discourse("") }), Class::Urgent(read("priority:high")));
    assert_eq!(rules.classify(&notice(Kind::Other, None, "urgent")), Class::Unknown);
}
