#include "front/viewer_files.h"

#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace porthole::front {
namespace {

struct Built {
  Built() {
    std::filesystem::create_directory(directory.At("assets"));
    Write("console.html", "<title>{{console_name}}</title>{{unknown}}!");
    Write("terminal.html", "<pre>{{console_name}}</pre>");
    Write("error.html", "{{reason}}|{{sentence}}|{{reason}}");
    Write("assets/viewer-1a2b.js", "js");
    Write("assets/favicon-9.svg", "<svg/>");
  }
  void Write(const std::string& name, const std::string& content) const {
    static_cast<void>(directory.Write(name, content));
  }
  absl::StatusOr<ViewerFiles> Load() const { return ViewerFiles::Load(directory.At("")); }

  TempDirectory directory;
};

TEST(EscapeHtml, LeavesNothingThatEndsTextOrAnAttribute) {
  EXPECT_EQ(EscapeHtml("<b a=\"1\" c='2'>&amp;"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(EscapeHtml("pl\xC3\xA4in"), "pl\xC3\xA4in");
}

TEST(ViewerFiles, FillsPagesOnceAndEscaped) {
  const auto files = Built().Load();
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(files->ConsolePage("<script>", false), "<title>&lt;script&gt;</title>!");
  EXPECT_EQ(files->ConsolePage("", false), "<title>Console</title>!");
  // A name that looks like a placeholder stays what it is.
  EXPECT_EQ(files->ConsolePage("{{console_name}}", false), "<title>{{console_name}}</title>!");
  EXPECT_EQ(files->ConsolePage("<b>", true), "<pre>&lt;b&gt;</pre>");
  EXPECT_EQ(files->ErrorPage("used", "It's used."), "used|It&#39;s used.|used");
}

TEST(ViewerFiles, TemplatesMayHaveBracesOfTheirOwn) {
  const Built built;
  built.Write("console.html", "a }} b {{ c");
  EXPECT_EQ(built.Load()->ConsolePage("x", false), "a }} b {{ c");
}

TEST(ViewerFiles, FindsAssetsByTheirNameOnly) {
  const auto files = Built().Load();
  ASSERT_TRUE(files.ok());
  ASSERT_NE(files->Find("viewer-1a2b.js"), nullptr);
  EXPECT_EQ(files->Find("viewer-1a2b.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(*files->Find("viewer-1a2b.js")->body, "js");
  for (const char* const name : {"", "..", "../console.html", "viewer", "%2e%2e/console.html"}) {
    EXPECT_EQ(files->Find(name), nullptr) << name;
  }
  ASSERT_NE(files->Icon(), nullptr);
  EXPECT_EQ(files->Icon()->content_type, "image/svg+xml");
}

TEST(ViewerFiles, ErrorsNameTheFile) {
  for (const char* const name : {"console.html", "terminal.html", "error.html", "assets"}) {
    const Built built;
    std::filesystem::remove_all(built.directory.At(name));
    const auto files = built.Load();
    EXPECT_EQ(files.status().code(), absl::StatusCode::kNotFound) << name;
    EXPECT_THAT(files.status().ToString(), ::testing::HasSubstr(name));
  }
}

TEST(ViewerFiles, AreBounded) {
  const Built big;
  big.Write("assets/big.js", std::string((8UL << 20U) + 1, 'x'));
  EXPECT_EQ(big.Load().status().code(), absl::StatusCode::kInvalidArgument);
  const Built many;
  for (int i = 0; i < 256; ++i) {
    many.Write("assets/" + std::to_string(i), "");
  }
  EXPECT_EQ(many.Load().status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace porthole::front
