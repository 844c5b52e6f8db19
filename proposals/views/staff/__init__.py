"""Staff pages of suggestions: 交办, 审核, 公开, 督办, import, reports."""
