#include "events/policy.hpp"

namespace inmail {
namespace {

// LinkedIn's pages are named by title and address; stored copies of different ages disagree in
// places, which is why the presets exist.
constexpr PolicySource sources[] = {
    {"S0", "an article on InMail: 90-day reward for every response, no rollover"},
    {"S1", "an article on InMail: three months of rollover, seven days to respond"},
    {"S2", "an article on InMail: premium only, etiquette and compliance, buying credits"},
    {"S3", "smprotips.com/what-are-the-specs-for-inmail"},
    {"S4", "droidharvest.com/2021/03/linkedin-inmail-meaning.html"},

    {"L1", "LinkedIn help, recruiter a412114: InMail renewal and expiration in Recruiter"},
    {"L2", "LinkedIn help, linkedin 75: InMail message credits and renewal process"},
    {"L3", "LinkedIn help, linkedin a554514: InMail messages FAQ"},
    {"L4", "LinkedIn help, linkedin 437: Send an InMail message"},
    {"L5", "LinkedIn help, linkedin 57013: Understand InMail credits in Sales Navigator"},
    {"L6", "LinkedIn help, sales-navigator a101030: InMail crediting and renewal (older)"},
    {"L7", "LinkedIn help, sales-navigator a1451572: Types of messages in Sales Navigator"},
    {"L8", "LinkedIn help, recruiter a413271: InMail Improvement Period in Recruiter"},
    {"L9", "LinkedIn blog, 10 July 2014: InMail Policy Change to Increase Response Rates"},
    {"L10",
     "LinkedIn blog, September 2014: Rewarding Recruiters for InMails That Receive Responses"},
    {"L11",
     "LinkedIn help, recruiter a414347, a414350, a412581: InMail allocation and usage limits"},
    {"L12", "LinkedIn help, recruiter a418441, a7471661: Bulk messaging restrictions"},
    {"L13", "LinkedIn help, recruiter a412220: Send messages in Recruiter and Recruiter Lite"},
    {"L14", "LinkedIn help, recruiter a1457303: Schedule and follow-up InMail"},
    {"L15", "LinkedIn help, recruiter a417098: Credits with follow-ups"},
    {"L16", "LinkedIn help, recruiter a1517489: Automated follow-ups error FAQ"},
    {"L17", "LinkedIn help, recruiter a413322: InMail message responses in Recruiter"},
    {"L18", "LinkedIn help, recruiter a7483406: Recruiter InMail Report terms and definitions"},
    {"L19", "LinkedIn help, recruiter a416484: Recruiter Lite InMail Report terms and definitions"},
    {"L21", "LinkedIn help, recruiter a1322781: Recruiter InMail Policy Enforcements"},
    {"L22", "LinkedIn help, recruiter a413279: LinkedIn Recruiter InMail Policy"},
    {"L23", "LinkedIn help, linkedin a551431, 37822, a1341705: reporting, harmful content"},
    {"L25", "LinkedIn: CRM Sync technical guide; help a158016, a107066"},
    {"L26", "LinkedIn help, linkedin 71201: Sponsored Messaging; Message Ads API documentation"},
    {"L29", "LinkedIn help a124415, a103027: Sales Navigator metrics and usage reports"},
    {"L30", "LinkedIn: Sales Navigator trial page FAQ"},
    {"L32", "LinkedIn help, linkedin 1584: InMail overview"},

    {"T4", "sourcecon.qa: How does LinkedIn's new InMail policy work?"},
    {"T5", "blog.securityrecruiter.com, October 2012"},
    {"T7", "officeconsumer.com: Can I unsend LinkedIn InMail?"},
    {"T8", "unanswered.io, everydaytech.org: read receipts"},
    {"T9", "docs.edges.run: errors of an InMail API"},
    {"T10", "quicklead.io: InMail credits"},
    {"T11", "docs.big-brain.co: limits (unofficial)"},
    {"T12", "connectsafely.ai: sponsored messages"},
    {"T13", "mcp.waymark.network: notes on Message Ads"},
    {"T20", "maverrik.io: deleting an InMail"},
    {"T21", "glama.ai: tool pages on editing and deleting messages"},
    {"T23", "th4.ilovetranslation.com: quotes an older LinkedIn help text on buying InMails"},

    {"C1", "Indeed Resume: contact credits"},
    {"C3", "Apollo: credits"},
    {"C5", "Vivian: message credits"},
    {"C7", "YM Careers: pay per prospect"},
    {"C8", "Get on Board: unlocks"},
    {"C9", "Interseller: deduplication"},
    {"C10", "Gem: do-not-contact lists"},
    {"C11", "Outreach: rulesets"},
    {"C15", "Hired: messages with salaries"},
    {"C16", "Emailit: credits"},

    {"DESIGN", "a choice of this engine; no document states it"},
    {"UNVERIFIED", "a number for which no official text was found"},
};

}  // namespace

std::span<const PolicySource> policy_sources() { return sources; }

}  // namespace inmail
